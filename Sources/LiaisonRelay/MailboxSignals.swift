// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonWire
import Synchronization

/// Wakes whoever waits for a mailbox to grow, or for the directory to change.
///
/// A signal says nothing of what happened: whoever is woken looks for itself. So one that comes twice, or together with
/// another, is harmless, and nothing has to be kept for those who do not listen.
public final class MailboxSignals: Sendable {
    /// Streams of one agent at a time: a few devices, with a few programs each.
    static let limit = 8

    private struct Listener {
        let agent: AgentAddress
        var units: Set<UnitAddress> = []
        let wake: AsyncStream<Void>.Continuation
    }

    private struct State {
        var next = 0
        var listeners: [Int: Listener] = [:]
        var byUnit: [UnitAddress: Set<Int>] = [:]
        var count: [AgentAddress: Int] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    public init() {}

    /// How many listen.
    public var count: Int { state.withLock { $0.listeners.count } }

    /// After a commit.
    ///
    /// - Parameter directoryChanged: wakes everybody: who may listen to what may be another.
    func signal(_ mailboxes: some Sequence<Mailbox>, directoryChanged: Bool) {
        state.withLock { state in
            guard !directoryChanged else { return state.listeners.values.forEach { $0.wake.yield() } }
            var woken: Set<Int> = []
            for case .unit(let unit) in mailboxes { woken.formUnion(state.byUnit[unit] ?? []) }
            for id in woken { state.listeners[id]?.wake.yield() }
        }
    }

    func mayListen(_ agent: AgentAddress) -> Bool { state.withLock { $0.count[agent] ?? 0 < Self.limit } }

    /// Begins to listen, to nothing yet; `end` must be called.
    ///
    /// - Throws: `Problem(.tooManyRequests)`.
    func listen(_ agent: AgentAddress) throws -> (id: Int, wakes: AsyncStream<Void>, wake: @Sendable () -> Void) {
        // One that is not taken yet stands for all that follow.
        let (wakes, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id: Int? = state.withLock { state in
            guard state.count[agent] ?? 0 < Self.limit else { return nil }
            state.count[agent, default: 0] += 1
            state.next += 1
            state.listeners[state.next] = Listener(agent: agent, wake: continuation)
            if state.isClosed { continuation.finish() }
            return state.next
        }
        guard let id else { throw Problem(.tooManyRequests) }
        return (id, wakes, { continuation.yield() })
    }

    /// Listens to these mailboxes from now on, and to no others.
    func listen(_ id: Int, to units: Set<UnitAddress>) {
        state.withLock { state in
            guard let listener = state.listeners[id], listener.units != units else { return }
            for unit in listener.units { state.byUnit[unit]?.remove(id) }
            for unit in units { state.byUnit[unit, default: []].insert(id) }
            state.listeners[id]?.units = units
        }
    }

    /// Ends all streams, also one that begins later: the relay stops, and whoever listens may listen elsewhere.
    public func close() {
        state.withLock { state in
            state.isClosed = true
            for listener in state.listeners.values { listener.wake.finish() }
        }
    }

    func end(_ id: Int) {
        state.withLock { state in
            guard let listener = state.listeners.removeValue(forKey: id) else { return }
            for unit in listener.units {
                state.byUnit[unit]?.remove(id)
                if state.byUnit[unit]?.isEmpty == true { state.byUnit[unit] = nil }
            }
            let left = (state.count[listener.agent] ?? 1) - 1
            state.count[listener.agent] = left > 0 ? left : nil
            listener.wake.finish()
        }
    }
}

/// What a stream says.
public enum StreamMessage: Sendable, Hashable {
    /// A mailbox has reached a number, at an index of the log.
    case grown(GrownMailbox, place: Int)
    /// Nothing, so that both ends know that the line is there.
    case heartbeat
}

extension Relay {
    /// Refuses before anything is answered.
    ///
    /// - Throws: `Problem(.tooManyRequests)` for too many streams of one agent.
    public func checkMayFollow(_ peer: AgentAddress) throws {
        guard sequencer.signals.mayListen(peer) else {
            quotas.note("agent_streams")
            throw Problem(.tooManyRequests)
        }
    }

    /// Says which of the peer's mailboxes have grown, as long as the peer may know: first those that have something behind
    /// `place`, then each time one grows.
    ///
    /// Returns once the peer may not listen any more, the relay stops, or the task is cancelled.
    ///
    /// - Parameters:
    ///   - place: index of the log up to which the peer was told before; -1 for everything.
    ///   - heartbeat: between two moments at which the line shows that it is there, whatever else was said meanwhile.
    /// - Throws: what `say` throws, `Problem(.tooManyRequests)` for too many streams of one agent.
    public func follow(
        _ peer: AgentAddress, after place: Int, heartbeat: Duration,
        _ say: (StreamMessage) async throws -> Void
    ) async throws {
        let signals = sequencer.signals
        let (id, wakes, beat) = try signals.listen(peer)
        let clock = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: heartbeat)
                beat()
            }
        }
        defer {
            clock.cancel()
            signals.end(id)
        }
        var told: [UnitAddress: Int] = [:]
        var isFirst = true
        var wake = wakes.makeAsyncIterator()
        repeat {
            guard let units = units(followedBy: peer) else { return }
            signals.listen(id, to: units)
            var grown: [(GrownMailbox, Int)] = []
            for unit in units {
                guard let end = try await store.end(of: .unit(unit)) else { continue }
                let before = told[unit]
                told[unit] = end.number
                // At the beginning only what lies behind the place; later also the first event of a mailbox that had none.
                guard before.map({ $0 < end.number }) ?? (!isFirst || end.index > place) else { continue }
                grown.append((GrownMailbox(mailbox: unit, number: end.number), end.index))
            }
            for (mailbox, index) in grown.sorted(by: { $0.1 < $1.1 }) { try await say(.grown(mailbox, place: index)) }
            if grown.isEmpty, !isFirst { try await say(.heartbeat) }
            isFirst = false
        } while await wake.next() != nil && !Task.isCancelled
    }

    /// The units whose mailboxes an agent may follow now; nil for one who is not in force.
    ///
    /// By itself, so that what it looks at is not part of what every stream keeps while it waits.
    @inline(never)
    private func units(followedBy peer: AgentAddress) -> Set<UnitAddress>? {
        let directory = sequencer.directory
        guard let agent = directory.agent(peer), agent.isInForce(at: clock()) else { return nil }
        return Set(directory.units(of: peer, at: clock()))
    }
}
