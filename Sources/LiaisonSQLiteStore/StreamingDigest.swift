// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
import Foundation
import LiaisonModel
import LiaisonNotes

/// SHA-256 and length of bytes that come in pieces.
struct StreamingDigest {
    private var hasher = SHA256()
    private var size = 0

    mutating func update(_ bytes: Data) {
        hasher.update(data: bytes)
        size += bytes.count
    }

    var reference: ContentReference { ContentReference(sha256: .of(hasher), size: size) }
}
