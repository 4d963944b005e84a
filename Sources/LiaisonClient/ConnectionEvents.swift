// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import Logging

/// How far a content has come on its way to the relay or from it, in bytes.
public struct TransferProgress: Hashable, Sendable {
    public enum Direction: Sendable { case upload, download }

    public var direction: Direction
    public var done: Int
    public var size: Int
}

/// What a connection tells whoever waits in front of it; told on any thread.
public struct ConnectionEvents: Sendable {
    /// The relay has not answered for three seconds; after fifteen it counts as unreachable.
    public var isSilent: @Sendable () -> Void
    public var moved: @Sendable (TransferProgress) -> Void
    /// Gets each request and its answer, by method, path, status and time, and why one was not answered: no header, no body.
    public var log: Logger

    public init(
        isSilent: @escaping @Sendable () -> Void = {}, moved: @escaping @Sendable (TransferProgress) -> Void = { _ in },
        log: Logger = Logger(label: "liaison") { _ in SwiftLogNoOpLogHandler() }
    ) {
        self.isSilent = isSilent
        self.moved = moved
        self.log = log
    }
}
