// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

package import NIOCore
package import NIOHTTPTypes

/// Closes a connection whose next request head or body does not arrive in time.
package final class RequestDeadlineHandler: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    private let first: TimeAmount
    private let head: TimeAmount
    private let body: TimeAmount
    private var deadline: Scheduled<Void>?
    /// Whether the request since the last head was answered: an answer may be there before the request's body is.
    private var isAnswered = false

    /// - Parameter first: for the first head, and the handshake before it; nil for as long as for those that follow.
    package init(first: TimeAmount? = nil, head: TimeAmount, body: TimeAmount) {
        self.first = first ?? head
        self.head = head
        self.body = body
    }

    package func handlerAdded(context: ChannelHandlerContext) { wait(first, context) }

    package func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    package func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            isAnswered = false
            wait(body, context)
        case .body: break
        case .end: if isAnswered { wait(head, context) } else { deadline?.cancel() }
        }
        context.fireChannelRead(data)
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            isAnswered = true
            wait(head, context)
        }
        context.write(data, promise: promise)
    }

    private func wait(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}
