// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation

/// What an agent signs in as at an institution's desk: the name of the vault's directory.
///
/// Lower case, 2 to 64 letters of ASCII, digits and `- _ . @`, beginning with a letter or a digit: so it is one directory's name on
/// any file system, and never leads elsewhere.
struct VaultName: Hashable, CustomStringConvertible, Sendable {
    let description: String

    init?(_ typed: String) {
        let name = typed.trimmingCharacters(in: .whitespaces).lowercased()
        let isAllowed = name.utf8.allSatisfy { octet in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
                || "-_.@".utf8.contains(octet)
        }
        guard isAllowed, (2...64).contains(name.utf8.count), let first = name.first, first.isLetter || first.isNumber
        else { return nil }
        description = name
    }
}
