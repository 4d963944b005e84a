// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonWire

/// Listens for ever: catches up whenever the relay says that a mailbox has grown, connects anew when the line breaks, and says
/// when it has been deaf.
///
/// The stream only wakes it. What is told comes from the mailboxes themselves, each event once, so a message that is lost or
/// repeated changes nothing.
public struct Watcher {
    public typealias Stream = AsyncThrowingStream<(mailbox: GrownMailbox, place: Int), any Error>

    /// Connects, from a place of the log on.
    let connect: (_ after: Int?) async throws -> Stream
    /// Tells what is new since the last time.
    let catchUp: () async throws -> Void
    /// Told once when nothing is heard any more, and once when something is again.
    let isDeaf: (Bool) async -> Void
    /// Waits before attempt number so and so, from 1.
    let wait: (Int) async throws -> Void

    public init(
        connect: @escaping (_ after: Int?) async throws -> Stream, catchUp: @escaping () async throws -> Void,
        isDeaf: @escaping (Bool) async -> Void, wait: @escaping (Int) async throws -> Void = Self.pause
    ) {
        self.connect = connect
        self.catchUp = catchUp
        self.isDeaf = isDeaf
        self.wait = wait
    }

    /// Runs until the task is cancelled, or the relay refuses for good: this agent may not listen any more.
    ///
    /// - Throws: `Problem` of that refusal, `CancellationError`, and whatever `catchUp` throws that is no matter of the line.
    public func run() async throws {
        var place: Int?
        var attempt = 0
        var wasDeaf = false
        while true {
            let start = ContinuousClock.now
            do {
                let messages = try await connect(place)
                // What came while nobody listened.
                try await catchUp()
                if wasDeaf { await isDeaf(false) }
                wasDeaf = false
                for try await message in messages {
                    (place, attempt) = (message.place, 0)
                    try await catchUp()
                }
            } catch let problem as Problem where problem.status == 403 {
                throw problem
            } catch let failure as ClientFailure where failure.isOfTheLine {
                // the line, or the relay
            } catch let problem as Problem where problem.status >= 429 {
                // the relay, for a while
            }
            try Task.checkCancellation()
            // A line that lasted was one, though nothing was said on it; one that ends at once is none.
            if ContinuousClock.now - start > Self.lasting { attempt = 0 }
            attempt += 1
            // The end of a connection that was renewed at once is no deafness.
            if attempt > 1, !wasDeaf {
                wasDeaf = true
                await isDeaf(true)
            }
            try await wait(attempt)
        }
    }

    private static let lasting = Duration.seconds(30)

    /// From a second to a minute, doubling, each between half and whole: many clients do not come back together.
    public static let pause: @Sendable (Int) async throws -> Void = { attempt in
        let longest = min(Double(1 << min(attempt - 1, 6)), 60)
        try await Task.sleep(for: .seconds(.random(in: longest / 2...longest)))
    }
}
