// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// Where the header of an age file ends: behind the line that begins with three hyphens and a space (c2sp.org/age). The
/// relay knows nothing else of it, and has no key to it.
enum SealedHeader {
    private static let start = Array("age-encryption.org/v1\n".utf8)
    private static let end = Array("\n--- ".utf8)

    /// Length in bytes of the header at the start of `bytes`; nil when it does not end there, or is no header.
    static func length(in bytes: [UInt8]) -> Int? {
        guard bytes.starts(with: start), let last = bytes.firstRange(of: end),
            let feed = bytes[last.upperBound...].firstIndex(of: 0x0A)
        else { return nil }
        return feed + 1
    }
}
