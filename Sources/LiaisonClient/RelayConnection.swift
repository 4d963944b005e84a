// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes
public import LiaisonSealing
public import LiaisonWire

/// What a client asks of a relay. HTTP is one way; tests put a relay that lies behind the same protocol.
///
/// Nothing that comes back is believed: the callers verify.
public protocol RelayConnection: Sendable {
    func directoryHead() async throws -> Receipt
    func directoryHead(_ hash: Hash) async throws -> Receipt
    /// Lines of the head whose institutions had a document published at or after `index`.
    func lines(from index: Int) async throws -> DirectoryLines
    /// An institution's documents in force that were published at or after `index`; its agents' keys only when asked for.
    func bundle(of institution: InstitutionID, from index: Int, keys: Bool) async throws -> DirectoryBundle
    func document(_ hash: Hash) async throws -> PublishedDocument
    func publish(_ roster: Unverified<Roster>) async throws -> Receipt
    func publish(_ keys: Verified<AgentKeys>) async throws -> Receipt
    func publish(_ succession: Verified<Succession>) async throws -> Receipt

    // For registrars, and for those whom they invite.
    func invite(_ status: InvitationStatus) async throws
    func invitations() async throws -> InvitationList
    func close(_ invitation: Hash, as state: InvitationState) async throws
    func invitation(_ id: Hash) async throws -> OfferedInvitation
    func request(_ id: Hash, _ request: CodedText) async throws

    /// - Parameter handingIn: called when all but the last word has left: from then on the relay may accept.
    func submit(
        _ envelope: Verified<Envelope>, content: any ByteSource, handingIn: () throws -> Void
    ) async throws -> Receipt
    /// Hands in an act; with a transfer the content sealed anew goes first.
    func act(_ act: Verified<Act>, content: (any ByteSource)?) async throws -> Receipt
    /// Hands in an *opened* or *retrieved* act and gets a segment of the content.
    ///
    /// - Parameter size: of the whole content, in bytes, for whoever watches it come.
    func open(_ act: Verified<Act>, from offset: Int, of size: Int) async throws -> ContentSegment
    /// The header of the sealed content that `unit` gets.
    func header(of id: TransmissionID, for unit: UnitAddress) async throws -> [UInt8]
    /// For a registrar: how many deliveries wait in each unit of the institution.
    func waiting() async throws -> WaitingCounts
    /// What the mailbox of one of the agent's units holds after a number.
    func mailbox(of unit: UnitAddress, after number: Int) async throws -> MailboxPage
    /// Listens to which mailboxes grow; returns once the relay has answered.
    ///
    /// - Parameter place: up to where this client was told before, by the last message.
    func stream(after place: Int?) async throws -> AsyncThrowingStream<(mailbox: GrownMailbox, place: Int), any Error>
    /// Says that somebody was shown these in a list.
    func notify(_ shown: ShownDeliveries) async throws
    /// A page of what the relay shows of a transmission, from an entry of the log on.
    func timeline(of id: TransmissionID, from index: Int) async throws -> Timeline

    /// Hands in an auditor's demand and gets a page of their institution's events, from an entry on.
    func inspect(_ inspection: Verified<Inspection>, from index: Int) async throws -> EventPage
    /// An entry of the directory's mailbox, by its index.
    func entry(_ index: Int) async throws -> Receipt
    /// The checkpoint that the relay publishes.
    func checkpoint() async throws -> String
    /// The smallest checkpoint of at least `size` entries that others vouch for.
    func anchor(from size: Int) async throws -> Anchor
    /// Shows the relay a checkpoint of its own that it contradicts.
    func show(_ checkpoint: SignedCheckpoint) async throws

    /// A tile of the log with `width` hashes.
    func tile(_ id: TileID, width: Int) async throws -> [UInt8]
}

extension RelayConnection {
    /// All pages of a transmission.
    ///
    /// - Throws: `ClientFailure.broken(.malformedAnswer)` for pages that do not go on.
    func timeline(of id: TransmissionID) async throws -> Timeline {
        var whole = try await timeline(of: id, from: 0)
        var from = 0
        while let next = whole.next {
            guard next > from else { throw ClientFailure.broken(.malformedAnswer) }
            from = next
            let page = try await timeline(of: id, from: next)
            whole.events += page.events
            whole.acts += page.acts.filter { !whole.acts.contains($0) }
            whole.next = page.next
        }
        return whole
    }
}

extension RelayConnection {
    /// Says which deliveries a person was shown in a list, as many at a time as the relay takes.
    public func tell(shown items: [ShownDeliveries.Item]) async throws {
        for start in stride(from: 0, to: items.count, by: Wire.pageSize) {
            try await notify(ShownDeliveries(deliveries: Array(items[start..<min(start + Wire.pageSize, items.count)])))
        }
    }
}
