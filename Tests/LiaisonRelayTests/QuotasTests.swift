// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import LiaisonWire
import Testing

@testable import LiaisonRelay

/// A flood ends where its bucket does; what is urgent, and what others send, goes on.
struct QuotasTests {
    private let start: Instant = 1_780_000_000
    private let flooding: AgentAddress
    private let colleague: AgentAddress
    private let other: AgentAddress
    private let quotas: Quotas

    init() throws {
        flooding = try Fixture.agent("d-01@ggd01")
        colleague = try Fixture.agent("d-02@ggd01")
        other = try Fixture.agent("d-01@avema01")
        var limits = Quotas.Limits()
        limits.agentSubmissions = .init(burst: 10, perHour: 60)
        limits.agentUrgent = .init(burst: 3, perHour: 60)
        limits.institutionSubmissions = .init(burst: 15, perHour: 60)
        limits.agentContentMegabytes = .init(burst: 8, perHour: 3600)
        limits.agentKeys = .init(burst: 2, perHour: 1)
        quotas = Quotas(limits)
    }

    private func submit(
        _ agent: AgentAddress, _ urgency: Urgency = .routine, bytes: Int = 0, after seconds: Int = 0
    ) -> Problem? {
        do {
            try quotas.submit(by: agent, urgency, bytes: bytes, now: start + Seconds(seconds))
            return nil
        } catch { return error }
    }

    @Test func aFloodEndsWithItsBucket() {
        #expect((0..<10).allSatisfy { _ in submit(flooding) == nil })
        let problem = submit(flooding)
        #expect(problem?.code == .tooManyRequests && problem?.retryAfter == 60)
        #expect(submit(flooding, .urgent) == nil, "the alarm goes")
        #expect(submit(other) == nil)
        // The colleague's bucket is full, and the institution's is not empty.
        #expect((0..<5).allSatisfy { _ in submit(colleague) == nil })
        #expect(submit(colleague) != nil, "the institution's is")
        #expect(submit(colleague, .immediate) == nil)
    }

    @Test func bucketsFillAgain() {
        for _ in 0..<10 { _ = submit(flooding) }
        #expect(submit(flooding, after: 59) != nil)
        #expect(submit(flooding, after: 60) == nil)
        #expect(submit(flooding, after: 60) != nil)
        #expect((0..<10).allSatisfy { _ in submit(flooding, after: 3600) == nil })
        #expect(submit(flooding, after: 3600) != nil, "no fuller than full")
        #expect(submit(flooding, after: -100_000) != nil, "a clock that goes back fills nothing")
    }

    @Test func contentsAreCountedByTheirSize() {
        #expect(submit(flooding, bytes: 8 << 20) == nil)
        #expect(submit(flooding, bytes: 1 << 20)?.retryAfter == 1)
        #expect(submit(flooding) == nil, "a form without attachments goes")
        #expect(submit(flooding, bytes: 1 << 20, after: 1) == nil)
        // Larger than the bucket: it goes when the bucket is full, and not never.
        #expect(submit(flooding, bytes: 20 << 20, after: 2) != nil)
        #expect(submit(flooding, bytes: 20 << 20, after: 60) == nil)
        #expect(submit(flooding, bytes: 1 << 20, after: 61) != nil)
    }

    @Test func whatIsRefusedCostsNothing() {
        for _ in 0..<10 { _ = submit(flooding) }
        for _ in 0..<1000 { _ = submit(flooding) }
        #expect(submit(flooding, after: 60) == nil)
    }

    @Test func keysAreFewADay() throws {
        try quotas.publishKeys(of: flooding, now: start)
        try quotas.publishKeys(of: flooding, now: start)
        #expect(throws: Problem(.tooManyRequests)) { try quotas.publishKeys(of: flooding, now: start + .minutes(59)) }
        try quotas.publishKeys(of: flooding, now: start + .hours(1))
    }

    @Test func wrongCodesOfManyNetworksLockNobodyOut() {
        let guesses = GuessLimit()
        for number in 0..<50_000 { guesses.failed("network \(number)", now: start) }
        #expect(guesses.mayAsk("somebody else", now: start))
        for _ in 0..<GuessLimit.perMinute { guesses.failed("guesser", now: start) }
        #expect(!guesses.mayAsk("guesser", now: start))
        #expect(guesses.mayAsk("guesser", now: start + .minutes(1)))
    }
}
