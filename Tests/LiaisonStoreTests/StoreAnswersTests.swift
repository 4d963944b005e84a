// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonStores
import LiaisonTestKit
import LiaisonWire
import Testing

/// What every store answers by the same rows, whatever database it is.
struct StoreAnswersTests {
    private let directory: TemporaryDirectory
    private let est: UnitAddress
    private let crip: UnitAddress
    private let owner: AgentAddress

    init() throws {
        directory = try TemporaryDirectory()
        (est, crip) = (try Fixture.unit("iscg-est@avema01"), try Fixture.unit("crip@cd01"))
        owner = try Fixture.agent("d-01@cd01")
    }

    /// Commits entries in some mailboxes at some times; each is the first of its mailbox.
    private func commit(
        _ entries: [(mailbox: Mailbox, at: Instant)], after size: Int = 0, to store: any RelayStore,
        _ complete: (inout Batch) -> Void = { _ in }
    ) async throws {
        var (batch, numbers): (Batch, [Mailbox: Int]) = (Batch(), [:])
        for (place, entry) in entries.enumerated() {
            numbers[entry.mailbox, default: 0] += 1
            let record = EventRecord(
                log: Fixture.origin, event: .unattended, mailbox: entry.mailbox,
                number: size + (numbers[entry.mailbox] ?? 0), at: entry.at)
            batch.entries.append(try StoredEntry(record, at: size + place, salt: .fresh()))
        }
        batch.checkpoint = "checkpoint \(size + entries.count)"
        complete(&batch)
        try await store.commit(batch)
    }

    // MARK: Beside the log

    @Test(arguments: StoreKind.allCases)
    func whatOthersSayOfCheckpoints(kind: StoreKind) async throws {
        let store = try await kind.open(in: directory)
        for size in 0..<4 { try await commit([(.unit(est), 1)], after: size, to: store) }
        func anchor(from size: Int) async throws -> Int? { try await store.anchor(from: size)?.size }
        #expect(try await store.latestCosigned() == nil)
        #expect(try await store.latestTimeStamp() == nil)
        #expect(try await anchor(from: 1) == nil)

        // Cosigned only; what is said twice is kept once.
        try await store.add(cosignatures: ["b", "a"], size: 1)
        try await store.add(cosignatures: ["a"], size: 1)
        let cosigned = StoredAnchor(size: 1, checkpoint: "checkpoint 1", cosignatures: ["a", "b"], timeStamps: [])
        #expect(try await store.anchor(from: 0) == cosigned)
        #expect(try await store.latestCosigned() == cosigned)
        #expect(try await anchor(from: 2) == nil)
        // Time-stamped is more than cosigned, and both is more than either.
        try await store.add(cosignatures: ["a"], size: 2)
        try await store.add(timeStamp: [2], size: 3, at: 30)
        #expect(try await anchor(from: 1) == 3)
        try await store.add(timeStamp: [1], size: 1, at: 20)
        #expect(try await [anchor(from: 1), anchor(from: 2), anchor(from: 4)] == [1, 3, nil])
        #expect(try await store.latestTimeStamp() == 30)
        // What is both proves all that smaller ones do: their cosignatures go unless they are time-stamped.
        try await store.add(cosignatures: ["c"], size: 4)
        try await store.add(timeStamp: [5], size: 4, at: 50)
        try await store.add(timeStamp: [4], size: 4, at: 40)
        let both = StoredAnchor(size: 4, checkpoint: "checkpoint 4", cosignatures: ["c"], timeStamps: [[4], [5]])
        #expect(try await store.anchor(from: 2) == both)
        #expect(try await store.latestCosigned() == both)
        #expect(try await store.anchor(from: 1)?.cosignatures == ["a", "b"])
        #expect(try await store.latestTimeStamp() == 50)
    }

    /// Kept for good, and the first one.
    @Test(arguments: StoreKind.allCases)
    func aLogStopsOnce(kind: StoreKind) async throws {
        let store = try await kind.open(in: directory)
        #expect(try await store.stopped() == nil)
        for checkpoint in ["first", "second"] { try await store.stop(checkpoint) }
        #expect(try await store.stopped() == "first")
        #expect(try await store.read { try $0.stopped() } == "first")
        #expect(try await kind.open(in: directory).stopped() == "first")
    }

    @Test(arguments: StoreKind.allCases)
    func anInvitationIsAnsweredOnceAndClosedByItsInstitution(kind: StoreKind) async throws {
        let store = try await kind.open(in: directory)
        let (own, other) = (owner.institution, est.institution)
        func text(_ text: String) -> CodedText { CodedText(text: text, mac: Hash.of(text)) }
        var status = InvitationStatus(
            id: Hash.of("1"), invitation: text("i"), expiresAt: 9, state: .open, request: nil)
        #expect(try await store.addInvitation(status, institution: own))
        #expect(try await !store.addInvitation(status, institution: other))
        #expect(try await store.invitation(status.id) == status)
        #expect(try await store.invitation(Hash.of("2")) == nil)
        #expect(try await store.requestInvitation(status.id, text("first")))
        #expect(try await !store.requestInvitation(status.id, text("second")))
        #expect(try await !store.requestInvitation(Hash.of("2"), text("first")))
        #expect(try await !store.closeInvitation(status.id, as: .rejected, institution: other))
        (status.state, status.request) = (.requested, text("first"))
        #expect(try await store.invitation(status.id) == status)
        #expect(try await store.closeInvitation(status.id, as: .approved, institution: own))
        status.state = .approved
        #expect(try await store.invitations(of: own) == [status])
        #expect(try await store.invitations(of: other).isEmpty)
        #expect(try await !store.requestInvitation(status.id, text("late")))
    }

    // MARK: Directory and oversight

    /// All mailboxes of an institution, and no other that is called alike.
    @Test(arguments: StoreKind.allCases)
    func entriesOfAnInstitution(kind: StoreKind) async throws {
        let store = try await kind.open(in: directory)
        let own = try Fixture.institution("cd01")
        let mailboxes: [Mailbox] = [
            .unit(crip), .unit(est), .institution(own), .directory, .unit(try Fixture.unit("cms-bourg@cd01")),
            .unit(try Fixture.unit("crip@xcd01")), .institution(est.institution), .unit(crip)
        ]
        try await commit(mailboxes.enumerated().map { ($1, Instant(10 * $0)) }, to: store)
        for (since, until, from, limit, expected) in [
            (0, 100, 0, 10, [0, 2, 4, 7]), (20, 100, 0, 10, [2, 4, 7]), (0, 70, 0, 10, [0, 2, 4]),
            (0, 100, 3, 10, [4, 7]), (0, 100, 0, 2, [0, 2]), (71, 100, 0, 10, [])
        ] as [(Instant, Instant, Int, Int, [Int])] {
            let found = try await store.entries(of: own, since: since, until: until, from: from, limit: limit)
            #expect(found.map(\.index) == expected, "\(since) \(until) \(from) \(limit)")
        }
    }

    @Test(arguments: StoreKind.allCases)
    func documentsOfAnInstitution(kind: StoreKind) async throws {
        let store = try await kind.open(in: directory)
        func document(_ kind: StoredDocument.Kind, _ subject: String, _ entry: Int) -> StoredDocument {
            StoredDocument(
                kind: kind, subject: subject, version: entry + 1, hash: Hash.of("\(entry)"), note: "\(entry)",
                entry: entry, at: Instant(entry))
        }
        let documents = [
            document(.convention, "test", 0), document(.roster, "cd01", 1), document(.keys, "d-01@cd01", 2),
            document(.succession, "cd01", 3), document(.roster, "cd01", 4), document(.roster, "avema01", 5),
            document(.keys, "d-02@cd01", 6), document(.keys, "d-01@cd01", 7)
        ]
        try await commit(documents.map { (.directory, $0.at) }, to: store) { $0.documents = documents }
        let own = try Fixture.institution("cd01")
        func entries(from index: Int, keys: Bool) async throws -> [Int] {
            try await store.documents(of: own, from: index, keys: keys).map(\.entry)
        }
        #expect(try await entries(from: 0, keys: true) == [3, 4, 6, 7])
        #expect(try await entries(from: 0, keys: false) == [3, 4])
        // Successions always come along.
        #expect(try await entries(from: 7, keys: true) == [3, 7])
        #expect(try await store.institutionsChanged(from: 0).map(\.description) == ["avema01", "cd01"])
        #expect(try await store.institutionsChanged(from: 6).map(\.description) == ["cd01"])
        #expect(try await store.document(Hash.of("4")) == documents[4])
        #expect(try await store.document(Hash.of("x")) == nil)
        #expect(
            try await store.read { try $0.documentsInForce(writtenFrom: 0) }.map(\.entry) == [0, 3, 4, 5, 6, 7])
        // The same document with more signatures.
        let signed = StoredDocument(
            kind: .roster, subject: "cd01", version: 5, hash: Hash.of("4"), note: "4 signed", entry: 4, at: 4)
        try await commit([(.directory, 9)], after: 8, to: store) { $0.documents = [signed] }
        #expect(try await store.document(Hash.of("4")) == signed)
        #expect(try await entries(from: 0, keys: false) == [3, 4])
    }

    // MARK: Deliveries and contents

    /// The most urgent first, of these what has been due longest, then by transmission and unit.
    @Test(arguments: StoreKind.allCases)
    func whatIsDueComesInOrder(kind: StoreKind) async throws {
        let store = try await kind.open(in: directory)
        let ids = (0..<6).map { _ in TransmissionID.fresh() }.sorted()
        let rows: [(Int, UnitAddress, Urgency, Instant?)] = [
            (0, est, .routine, 5), (1, est, .urgent, 20), (2, est, .urgent, 10), (3, est, .immediate, 30),
            (4, est, .priority, 40), (5, est, .routine, 1), (5, crip, .routine, 1), (4, crip, .routine, 1),
            (0, crip, .immediate, nil)
        ]
        var batch = Batch()
        batch.deliveries = rows.map { id, unit, urgency, next in
            StoredDelivery(
                transmission: ids[id], unit: unit, state: .available, dueAt: 1, expiresAt: 1, escalated: 0,
                nextStepAt: next, entry: 0, urgency: urgency)
        }
        try await store.commit(batch)
        for (instant, limit, expected) in [
            (39, 10, [3, 2, 1, 7, 6, 5, 0]), (40, 10, [3, 2, 1, 4, 7, 6, 5, 0]), (39, 2, [3, 2]),
            (39, 5, [3, 2, 1, 7, 6]), (0, 10, []), (1, 10, [7, 6, 5])
        ] as [(Instant, Int, [Int])] {
            let due = try await store.read { try $0.deliveriesDue(at: instant, limit: limit) }
            #expect(due == expected.map { batch.deliveries[$0] }, "\(instant) \(limit)")
        }
    }

    /// One content for all recipients, until one has its own; it is gone for each by itself, and with the last of them.
    @Test(arguments: StoreKind.allCases)
    func aContentIsSharedUntilTheLastIsErased(kind: StoreKind) async throws {
        let store = try await kind.open(in: directory)
        let (id, corg) = (TransmissionID.fresh(), try Fixture.unit("corg@ggd01"))
        let units = [est, crip, corg]
        var (shared, own) = ([UInt8](repeating: 1, count: 300_000), [UInt8](repeating: 3, count: 270_000))
        (shared[299_999], own[0]) = (2, 4)
        func take(_ bytes: [UInt8]) async throws -> Hash {
            let digest = Hash.of(bytes)
            #expect(try await store.stage(bytes, of: digest, owner: owner, at: 0, now: 1))
            #expect(try await store.read { try $0.staged(digest, owner: owner)?.isClosed } == false)
            #expect(
                try await store.closeStaged(digest, owner: owner)
                    == ContentReference(sha256: digest, size: bytes.count))
            #expect(try await store.read { try $0.staged(digest, owner: owner)?.isClosed } == true)
            return digest
        }
        let sharedDigest = try await take(shared)
        try await commit([(.unit(est), 1)], to: store) { batch in
            batch.transmissions = [
                (
                    StoredTransmission(
                        id: id, hash: Hash.of("e"), from: est, author: owner, envelope: "e", contentSize: 300_000,
                        entry: 0), .staged(sharedDigest, owner: owner)
                )
            ]
            batch.deliveries = units.enumerated().map { place, unit in
                StoredDelivery(
                    transmission: id, unit: unit, state: .available, dueAt: 1, expiresAt: 1, escalated: 0,
                    nextStepAt: nil, entry: place)
            }
        }
        #expect(try await store.stagedSize(of: owner) == 0)
        func sizes() async throws -> [Int?] {
            var sizes: [Int?] = []
            for unit in units { sizes.append(try await store.contentSize(of: id, for: unit)) }
            return sizes
        }
        func erase(_ unit: UnitAddress) async throws {
            var batch = Batch()
            batch.erased = [DeliveryID(transmission: id, unit: unit)]
            try await store.commit(batch)
        }
        #expect(try await sizes() == [300_000, 300_000, 300_000])
        #expect(try await store.content(of: id, for: crip, from: 262_140, count: 40_000) == Array(shared[262_140...]))
        #expect(try await store.content(of: id, for: crip, from: 300_000, count: 10).isEmpty)

        var transfer = Batch()
        transfer.transfers = [(id, crip, try await take(own), owner)]
        try await store.commit(transfer)
        #expect(try await sizes() == [300_000, 270_000, 300_000])
        #expect(try await store.content(of: id, for: crip, from: 0, count: 270_000) == own)
        try await erase(est)
        #expect(try await sizes() == [nil, 270_000, 300_000])
        try await erase(corg)
        #expect(try await sizes() == [nil, 270_000, nil])
        try await erase(crip)
        #expect(try await sizes() == [nil, nil, nil])
        for unit in units { #expect(try await store.content(of: id, for: unit, from: 0, count: 10).isEmpty) }
        #expect(try await store.deliveries(of: id).map(\.isErased) == [true, true, true])
    }

    /// Uploads that nobody has gone on with are dropped, open or closed; what turns out to be something else, at once.
    @Test(arguments: StoreKind.allCases)
    func whatIsStagedIsDropped(kind: StoreKind) async throws {
        let store = try await kind.open(in: directory)
        let digests = (1...3).map { Hash.of([UInt8($0)]) }
        for (place, digest) in digests.enumerated() {
            let at = Instant(10 * (place + 1))
            #expect(try await store.stage([UInt8(place + 1)], of: digest, owner: owner, at: 0, now: at))
        }
        _ = try await store.closeStaged(digests[0], owner: owner)
        #expect(try await store.stage([], of: digests[1], owner: owner, at: 1, now: 40))
        func left() async throws -> [Int] {
            var sizes: [Int] = []
            for digest in digests { sizes.append(try await store.stagedSize(digest, owner: owner)) }
            return sizes
        }
        try await store.dropStaged(before: 10)
        #expect(try await left() == [1, 1, 1])
        try await store.dropStaged(before: 31)
        #expect(try await left() == [0, 1, 0])
        #expect(try await store.stage([9], of: digests[1], owner: owner, at: 1, now: 41))
        #expect(
            try await store.closeStaged(digests[1], owner: owner) == ContentReference(sha256: Hash.of([2, 9]), size: 2))
        #expect(try await left() == [0, 0, 0])
        #expect(try await store.closeStaged(digests[1], owner: owner) == nil)
        // And the same can be uploaded anew.
        #expect(try await store.stage([2], of: digests[1], owner: owner, at: 0, now: 42))
        #expect(try await left() == [0, 1, 0])
    }
}
