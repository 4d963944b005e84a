// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation

extension Array where Element: Sendable {
    /// The elements transformed, in their order, on all processors: for what costs more than handing it over.
    func inParallel<Result: Sendable>(_ transform: @escaping @Sendable (Element) -> Result) async -> [Result] {
        let processors = ProcessInfo.processInfo.activeProcessorCount
        guard processors > 1, count > 1 else { return map(transform) }
        let length = (count + processors - 1) / processors
        return await withTaskGroup(of: (Int, [Result]).self) { group in
            for start in stride(from: 0, to: count, by: length) {
                let piece = Array(self[start..<Swift.min(start + length, count)])
                group.addTask { (start, piece.map(transform)) }
            }
            var pieces: [(Int, [Result])] = []
            for await piece in group { pieces.append(piece) }
            return pieces.sorted { $0.0 < $1.0 }.flatMap(\.1)
        }
    }
}
