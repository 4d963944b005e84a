// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonTestKit

extension RelayBench {
    /// (j) The retention of many deliveries ends in one second, and somebody else sends what is urgent, each time over a new
    /// connection, until all of it is in the log.
    ///
    /// Their contents have `dueBytes` each: what is erased is zeroed in the store's pages.
    func due() async throws {
        let site = try await Site(programs: programs)
        let head = try await site.freshHead()
        let store = try await site.store()
        let filler = try StoreFiller(
            store: store, log: Fixture.signer(Fixture.origin), convention: site.convention,
            contentSize: dueBytes)
        try await filler.load()
        let (sender, recipient) = (site.senders[0], site.recipients[0])
        // Time enough to fill the store and to start.
        let end = Instant.now + Seconds(20 + dueCount / 2500 + dueCount * dueBytes / 20_000_000)
        _ = try await filler.addWaiting(
            dueCount, head: head, at: .now, from: .init(unit: sender.unit, agent: sender.address, key: sender.signer),
            to: .init(unit: recipient.unit, agent: recipient.address, key: recipient.signer), until: end)
        var requests = Requests(site: site, head: head)
        let urgent = try (0..<2000).map { _ in try requests.submission(by: site.senders[1], urgency: .urgent).bytes }
        let daemon = try Daemon(programs: programs, data: site.path)
        let generator = Generator(daemon)
        guard Instant.now < end else { return say("(j) the store was filled too late") }
        try await Task.sleep(for: .seconds((end - .now).rawValue))
        let start = ContinuousClock.now
        var (times, size, quiet): ([Double], Int, Int) = ([], 0, 0)
        for request in urgent where quiet < 3 {
            times += try await send([request], site.senders[1], generator)
            try await Task.sleep(for: .milliseconds(200))
            let present = try await store.head()?.size ?? 0
            // No more than the urgent one itself: everything else is done.
            quiet = present - size < 16 ? quiet + 1 : 0
            size = present
        }
        let took = (ContinuousClock.now - start) / .seconds(1)
        say(
            "(j) \(dueCount) due in one second, each with \(dueBytes) bytes, done in \(rounded(took)) s; an urgent transmission meanwhile: "
                + "p50 \(rounded(median(times))) ms, at most \(rounded(times.max() ?? 0)) ms (\(times.count) sent); "
                + "the relay held \(daemon.memory.peak / 1024) MB at most")
        try await generator.close()
        daemon.stop()
    }
}
