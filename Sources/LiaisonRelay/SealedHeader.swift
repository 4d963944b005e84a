// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// Where the header of an age file ends: behind the line that begins with three hyphens and a space (c2sp.org/age). The
/// relay knows nothing else of it, and has no key to it.
enum SealedHeader {
    private static let start = Array("age-encryption.org/v1\n".utf8)
    private static let end = Array("\n--- ".utf8)

    /// The line of the MAC: its mark, 43 signs of base64, and the line feed.
    private static let lastLine = 4 + 43 + 1

    static func begins(_ bytes: [UInt8]) -> Bool { bytes.starts(with: start) }

    /// Length in bytes of the header that `bytes` begin with; nil when they do not reach its end.
    ///
    /// - Parameter searched: how many of them were looked through before.
    static func length(in bytes: [UInt8], after searched: Int = 0) -> Int? {
        let rest = bytes[max(0, min(searched, bytes.count) - end.count - lastLine)...]
        guard let last = rest.firstRange(of: end), let feed = rest[last.upperBound...].firstIndex(of: 0x0A) else {
            return nil
        }
        return feed + 1
    }
}
