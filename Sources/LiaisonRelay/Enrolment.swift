// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes
public import LiaisonWire
import Synchronization

/// Enrolment by a one-time code. The relay keeps invitations and requests under an id and can forge neither: both carry
/// codes under keys that it does not have.
extension Relay {
    /// Invitations of one institution that are still kept.
    static let invitationLimit = 1000
    /// Longest life of an invitation.
    static let invitationLifetime: Seconds = .days(30)

    // MARK: For registrars

    public func invite(_ status: InvitationStatus, by institution: InstitutionID) async throws {
        let now = clock()
        try await store.dropInvitations(before: now - Self.invitationLifetime)
        guard status.state == .open, status.request == nil, status.expiresAt > now,
            status.expiresAt <= now + Self.invitationLifetime,
            status.invitation.text.utf8.count <= CodedText.maximumSize
        else { throw Problem(.malformed) }
        guard try await store.invitationCount(of: institution) < Self.invitationLimit else {
            quotas.note("institution_invitations")
            throw Problem(.tooManyRequests)
        }
        guard try await store.addInvitation(status, institution: institution) else { throw Problem(.idTaken) }
    }

    public func invitations(of institution: InstitutionID) async throws -> InvitationList {
        InvitationList(invitations: try await store.invitations(of: institution))
    }

    /// Ends an invitation: its request was approved, or rejected.
    public func close(_ id: Hash, as state: InvitationState, by institution: InstitutionID) async throws {
        guard state == .approved || state == .rejected else { throw Problem(.malformed) }
        guard try await store.closeInvitation(id, as: state, institution: institution) else {
            throw Problem(.invitationUnknown)
        }
    }

    // MARK: For the invited, who are strangers

    /// - Parameter source: where the question comes from, to slow down guessing.
    public func invitation(_ id: Hash, from source: String) async throws -> OfferedInvitation {
        let status = try await openInvitation(id, from: source)
        guard let convention = sequencer.directory.convention else { throw Problem(.notReady) }
        return OfferedInvitation(invitation: status.invitation, convention: convention.note.serialized)
    }

    /// Takes the one request that an invitation allows; the same request again is the same.
    public func request(_ id: Hash, _ request: CodedText, from source: String) async throws {
        guard request.text.utf8.count <= CodedText.maximumSize else { throw Problem(.bodyTooLarge) }
        let status = try await openInvitation(id, from: source, allowing: request)
        guard status.request != request else { return }
        guard try await store.requestInvitation(id, request) else { throw Problem(.invitationUsed) }
    }

    private func openInvitation(
        _ id: Hash, from source: String, allowing request: CodedText? = nil
    ) async throws -> InvitationStatus {
        let now = clock()
        guard guesses.mayAsk(source, now: now) else {
            quotas.note("guesses")
            throw Problem(.tooManyRequests)
        }
        guard let status = try await store.invitation(id) else {
            guesses.failed(source, now: now)
            throw Problem(.invitationUnknown)
        }
        if let request, status.request == request { return status }
        guard status.state == .open else { throw Problem(.invitationUsed) }
        guard now < status.expiresAt else { throw Problem(.invitationExpired) }
        return status
    }
}

/// Counts wrong codes by where they come from. A code has 128 bits: this is for the log's reader, and for the relay's
/// time, more than for the codes.
public final class GuessLimit: Sendable {
    /// Wrong codes from one source in a minute, after which it waits.
    public static let perMinute = 10
    /// Sources remembered at least; those whose first wrong code is longest ago are forgotten first.
    static let sources = 10_000

    private struct State {
        var minute = 0
        var failures: [String: Int] = [:]
        /// The sources of `failures`, in the order of their first.
        var order: [String] = []

        mutating func turn(to minute: Int) {
            guard minute != self.minute else { return }
            self.minute = minute
            failures = [:]
            order = []
        }

        mutating func note(_ source: String) -> Int {
            if failures[source] == nil {
                order.append(source)
                // A round at a time, so that forgetting costs little for each.
                if order.count > 2 * GuessLimit.sources {
                    for gone in order.prefix(GuessLimit.sources) { failures[gone] = nil }
                    order.removeFirst(GuessLimit.sources)
                }
            }
            failures[source, default: 0] += 1
            return failures[source, default: 0]
        }
    }

    private let state = Mutex(State())
    private let report: @Sendable (Int) -> Void

    /// - Parameter report: told how many codes from one source were wrong in a minute, when it has to wait.
    public init(report: @escaping @Sendable (Int) -> Void = { _ in }) { self.report = report }

    /// Sources whose wrong codes are remembered.
    var remembered: Int { state.withLock { $0.failures.count } }

    func mayAsk(_ source: String, now: Instant) -> Bool {
        state.withLock { state in
            state.turn(to: now.period(of: .minutes(1)))
            return state.failures[source, default: 0] < Self.perMinute
        }
    }

    func failed(_ source: String, now: Instant) {
        let count = state.withLock { state in
            state.turn(to: now.period(of: .minutes(1)))
            return state.note(source)
        }
        if count == Self.perMinute { report(count) }
    }
}
