// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms

/// Sizes of files as people read them, in powers of ten.
public enum FileSize {
    /// For example `25 Mo`, `1,4 Mo`, `830 ko`, `12 octets`.
    public static func text(_ bytes: Int, _ language: Language) -> String {
        let (unit, fr, en) = bytes >= 999_950 ? (1_000_000, "Mo", "MB") : (1000, "ko", "kB")
        guard bytes >= 1000 else {
            return "\(bytes) " + language(bytes > 1 ? "octets" : "octet", bytes == 1 ? "byte" : "bytes")
        }
        let tenths = (bytes * 10 + unit / 2) / unit
        let rest = tenths % 10 == 0 ? "" : language(",", ".") + "\(tenths % 10)"
        return "\(tenths / 10)\(rest) \(language(fr, en))"
    }
}
