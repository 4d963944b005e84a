// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import HTTPTypes
import LiaisonListener
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

/// How long a connection is waited for, by a clock of the test's own.
struct RequestDeadlineTests {
    private let loop: EmbeddedEventLoop
    private let channel: EmbeddedChannel

    init() throws {
        loop = EmbeddedEventLoop()
        channel = EmbeddedChannel(
            handler: RequestDeadlineHandler(first: .seconds(1), head: .seconds(3), body: .seconds(10)), loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
    }

    private func head() throws {
        let head = HTTPRequest(method: .get, scheme: "https", authority: "x", path: "/")
        try channel.writeInbound(HTTPRequestPart.head(head))
    }

    private func answer() throws {
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
    }

    private func closes(after seconds: Int64) -> Bool {
        loop.advanceTime(by: .seconds(seconds) - .milliseconds(1))
        let wasOpen = channel.isActive
        loop.advanceTime(by: .milliseconds(1))
        return wasOpen && !channel.isActive
    }

    @Test func eachPartHasItsTime() throws {
        try head()
        #expect(closes(after: 10))
    }

    @Test func anAnswerThatTakesLongIsWaitedFor() throws {
        try head()
        try channel.writeInbound(HTTPRequestPart.end(nil))
        loop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        try answer()
        #expect(closes(after: 3))
    }

    /// An answer that is there before the body: the rest of the body is the end of nothing.
    @Test func anEarlyAnswerDoesNotEndTheWaiting() throws {
        try head()
        try answer()
        loop.advanceTime(by: .seconds(2))
        try channel.writeInbound(HTTPRequestPart.end(nil))
        #expect(closes(after: 3))
    }

    @Test func theNextRequestIsWaitedForAnew() throws {
        try head()
        try answer()
        try channel.writeInbound(HTTPRequestPart.end(nil))
        try head()
        try channel.writeInbound(HTTPRequestPart.end(nil))
        loop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
    }
}
