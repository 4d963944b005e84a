// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// Padmé (Nikitin et al., PURBs, 2019): pads so that the length tells at most a few bits, for at most 12 %.
public enum Padme {
    /// The smallest allowed length that is not below `length`.
    public static func padded(_ length: Int) -> Int {
        guard length > 1 else { return length }
        let exponent = Int.bitWidth - 1 - length.leadingZeroBitCount
        let significant = Int.bitWidth - exponent.leadingZeroBitCount
        let mask = (1 << (exponent - significant)) - 1
        return (length + mask) & ~mask
    }
}
