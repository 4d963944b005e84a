// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public enum Product {
    /// What `--version` of both programs says, and the log's Restart events.
    public static let version = "0.1.0"
}
