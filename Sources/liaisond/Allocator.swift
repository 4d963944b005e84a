// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import CMalloc

/// How the C library hands out memory and gives it back (mallopt(3), malloc_trim(3)).
enum Allocator {
    /// Every TLS connection has a buffer of 32 KiB for what it reads and one of 16 KiB for what it writes, of which a request or an
    /// idle stream hardly uses the beginning. From this size on a piece of memory is mapped by itself: then only the pages of it that
    /// were ever written count, whatever lay there before.
    private static let mappedFrom: Int32 = 16 << 10

    /// To be called before anything else runs.
    static func settle() { _ = mallopt(M_MMAP_THRESHOLD, mappedFrom) }

    /// Gives back what a load has left over.
    static func giveBack() { _ = malloc_trim(0) }
}
