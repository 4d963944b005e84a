// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonLedger
import LiaisonModel
import LiaisonNotes
import LiaisonSealing
import LiaisonWire

/// Judges a dossier offline: no vault, no relay, nothing but its files and what the verifier trusts.
///
/// The steps stand in the order in which they rest on each other: container, log, witnesses and time-stamps, events,
/// convention and rosters, envelope, acts, content.
public struct DossierVerifier {
    let files: any DossierFiles
    let trust: TrustAnchors
    var report = DossierReport()

    /// Why one step ends.
    enum Stop: Error {
        case fails(DossierCheck.Name, String)
        case missing(DossierCheck.Name, String)
    }

    /// - Parameter files: a container opened by `ZipReader`, or one being made.
    public static func verify(_ files: any DossierFiles, trust: TrustAnchors) -> DossierReport {
        var verifier = DossierVerifier(files: files, trust: trust)
        do {
            try verifier.run()
        } catch Stop.fails(let name, let why) {
            verifier.report.fails(name, why)
        } catch Stop.missing(let name, let what) {
            verifier.report.missing(name, what)
        } catch {
            verifier.report.fails(.container, "\(error)")
        }
        return verifier.report
    }

    private init(files: any DossierFiles, trust: TrustAnchors) {
        self.files = files
        self.trust = trust
    }

    private mutating func run() throws {
        try checkContainer()
        let head = try json(DossierHead.self, DossierFile.head)
        guard head.type == DossierHead.type else { throw Stop.fails(.container, "dossier.json of another type") }
        let (log, checkpoint) = try checkLog(head)
        checkWitnesses(checkpoint)
        try checkTimeStamps(checkpoint)
        let events = try evidence(in: try json(DossierEvents.self, DossierFile.events).events, log, checkpoint, .events)
            .sorted { $0.index < $1.index }
        let documents = try json(DossierDirectory.self, DossierFile.directory).documents
        guard Set(documents.map(\.file)).count == documents.count else {
            throw Stop.fails(.directory, "a document twice")
        }
        let publications = try evidence(in: documents.map(\.evidence), log, checkpoint, .directory)
        var past = try PastDocuments(
            zip(documents.map(\.file), publications).map { (file: try need($0), evidence: $1) })
        let offered = try envelope()
        try checkConvention(offered.claimed.routing, log, &past)
        let envelope = try checkEnvelope(offered, head, events, log, &past)
        var story = DossierStory(
            envelope: envelope, timeZone: past.convention.claimed.timeZone, log: log.name,
            treeSize: checkpoint.checkpoint.size)
        story.tokens = files.names.count { $0.hasPrefix("time-stamps/") }
        story.cosigners = checkpoint.note.signatures.map(\.name).filter { $0 != log.name }
        try checkActs(events, &past, &story)
        story.units = past.units
        story.asStated = past.asStated
        try checkContent(head, &story)
        report.story = story
    }

    // MARK: Container

    private mutating func checkContainer() throws {
        for name in files.names where !DossierFile.isKnown(name) {
            throw Stop.fails(.container, "a file that a dossier does not have (\(name))")
        }
        for name in DossierFile.required where !files.names.contains(name) {
            throw Stop.missing(.container, "no \(name)")
        }
        guard let token = try files.bytes(of: DossierFile.timeStamp, limit: DossierFile.largest(DossierFile.timeStamp))
        else {
            guard !files.names.contains(DossierFile.manifest) else {
                throw Stop.missing(.container, "a manifest without its time-stamp")
            }
            return report.holds(.container, "\(files.names.count) files")
        }
        guard let manifest = try files.bytes(of: DossierFile.manifest, limit: DossierFile.largest(DossierFile.manifest))
        else {
            throw Stop.missing(.container, "a time-stamp without the manifest that it is over")
        }
        let mimetype = try files.bytes(of: DossierFile.mimetype, limit: 100)
        guard mimetype == Array(ASiCManifest.mediaType.utf8), files.names.first == DossierFile.mimetype else {
            throw Stop.fails(.container, "not marked as ASiC-E")
        }
        guard manifest == Array(try ASiCManifest.text(of: files).utf8) else {
            throw Stop.fails(.container, "the files are not those of its manifest")
        }
        guard !trust.timeStampRoots.isEmpty else {
            return report.holds(
                .container, "\(files.names.count) files; its time-stamp is not judged, no authority is trusted")
        }
        do {
            let time = try TimeStampToken(der: token).verified(over: manifest, roots: trust.timeStampRoots)
            report.holds(.container, "\(files.names.count) files, unchanged since \(Self.text(time))")
        } catch {
            throw Stop.fails(.container, "\(error)")
        }
    }

    // MARK: Log, witnesses, time-stamps

    private mutating func checkLog(_ head: DossierHead) throws -> (NoteKey, SignedCheckpoint) {
        let text = try string(DossierFile.checkpoint)
        guard let claimed = NoteKey(head.log) else { throw Stop.fails(.log, "not a verifier key in dossier.json") }
        let origin = String(text.prefix { $0 != "\n" })
        let trusted = trust.log(origin)
        do {
            let checkpoint = try SignedCheckpoint(parsing: text, log: trusted ?? claimed)
            if trusted == nil {
                report.missing(.log, "\(origin) is not among the trusted logs")
            } else {
                report.holds(.log, "\(origin), \(checkpoint.checkpoint.size) entries")
            }
            return (trusted ?? claimed, checkpoint)
        } catch {
            throw Stop.fails(.log, "the checkpoint is not signed by the log (\(error))")
        }
    }

    private mutating func checkWitnesses(_ checkpoint: SignedCheckpoint) {
        guard trust.policy.quorum != nil else { return }
        let cosigned = trust.policy.cosignatures(on: checkpoint)
        if trust.policy.isSatisfied(by: checkpoint) {
            report.holds(
                .witnesses, cosigned.map { "\($0.witness.name) at \(Self.text($0.time))" }.joined(separator: ", "))
        } else {
            report.missing(.witnesses, "not yet witnessed: \(cosigned.count) cosignatures, fewer than the policy wants")
        }
    }

    private mutating func checkTimeStamps(_ checkpoint: SignedCheckpoint) throws {
        guard !trust.timeStampRoots.isEmpty else { return }
        var times: [Int] = []
        var refusal: TimeStampToken.Failure?
        for name in files.names where name.hasPrefix("time-stamps/") {
            let token = TimeStampToken(der: try need(name))
            do {
                times.append(try token.verified(over: Array(checkpoint.note.text.utf8), roots: trust.timeStampRoots))
            } catch {
                refusal = error
            }
        }
        // One by a trusted authority is enough: whoever adds another spoils nothing.
        guard let first = times.min() else {
            return report.missing(
                .timeStamps, refusal.map { "not time-stamped by a trusted authority (\($0))" } ?? "not yet time-stamped"
            )
        }
        report.holds(.timeStamps, "the log held these entries at \(Self.text(first))")
    }

    // MARK: Convention and envelope

    private func envelope() throws -> Unverified<Envelope> {
        do {
            return try Unverified<Envelope>(parsing: try need(DossierFile.envelope))
        } catch let error as Stop {
            throw error
        } catch {
            throw Stop.fails(.envelope, "\(error)")
        }
    }

    private mutating func checkConvention(_ routing: Routing, _ log: NoteKey, _ past: inout PastDocuments) throws {
        let institutions = Set(([routing.from] + routing.recipients).map(\.institution))
        guard Array(past.convention.note.serialized.utf8) == (try need(DossierFile.convention)),
            past.convention.note.hash == routing.convention
        else { throw Stop.fails(.convention, "not the convention that the envelope names") }
        do {
            try past.verifyConvention(institutions)
        } catch {
            throw Stop.fails(.convention, "\(error)")
        }
        guard past.convention.claimed.log(log.name)?.key == log.key else {
            throw Stop.fails(.convention, "it names another key for this log")
        }
        var unknown: [InstitutionID] = []
        for institution in institutions.sorted() {
            guard let keys = trust.parties[institution] else {
                unknown.append(institution)
                continue
            }
            let isSigned = keys.compactMap { NoteKey(name: institution.description, key: $0) }
                .contains { (try? past.convention.note.checkSignature(by: $0)) != nil }
            guard isSigned else { throw Stop.fails(.convention, "not signed by the trusted key of \(institution)") }
        }
        let name = "\(past.convention.claimed.name) version \(past.convention.claimed.version)"
        if unknown.isEmpty {
            report.holds(
                .convention, "\(name), signed by \(institutions.sorted().map(\.description).joined(separator: ", "))")
        } else {
            let list = unknown.map(\.description).joined(separator: ", ")
            report.missing(.convention, "no trusted key of \(list)")
        }
    }

    private mutating func checkEnvelope(
        _ offered: Unverified<Envelope>, _ head: DossierHead, _ events: [VerifiedEvidence], _ log: NoteKey,
        _ past: inout PastDocuments
    ) throws -> Verified<Envelope> {
        let routing = offered.claimed.routing
        guard routing.id == head.transmission else { throw Stop.fails(.envelope, "of another transmission") }
        let taken: [EventName] = [.submissionAcceptance, .contentConsignment]
        guard let first = events.first(where: { taken.contains($0.event.event) }) else {
            throw Stop.missing(.envelope, "no evidence that the log took it")
        }
        let indices = Set(events.map(\.index))
        for event in events {
            // That records were erased at the audit limit is said of entries, not of a transmission.
            let isNotice = event.event.entries.map { !indices.isDisjoint(with: $0) } ?? false
            guard isNotice || event.event.envelope == offered.note.hash && event.event.transmission == routing.id else {
                throw Stop.fails(.events, "entry \(event.index) is about another transmission")
            }
        }
        let directory = try past.directory(for: routing, before: first.index)
        report.holds(.directory, "\(past.count) documents, in force by their place in the log")
        guard let key = directory.agent(offered.claimed.by)?.noteKey, let verified = try? offered.verified(by: key)
        else {
            throw Stop.fails(.envelope, "not signed by its author")
        }
        do {
            _ = try directory.permit(
                routing, by: verified.body.by, log: log.name, size: verified.body.content.size, at: first.event.at)
        } catch {
            throw Stop.fails(.envelope, "the convention does not permit it (\(error.rawValue))")
        }
        report.holds(.envelope, "signed by \(verified.body.by) for \(routing.from)")
        return verified
    }

    // MARK: Events and acts

    /// Evidence in the order of the list, all under the dossier's own checkpoint.
    private func evidence(
        in list: [Evidence], _ log: NoteKey, _ checkpoint: SignedCheckpoint, _ name: DossierCheck.Name
    ) throws -> [VerifiedEvidence] {
        let verified = try list.map { evidence in
            do {
                return try evidence.verified(by: log)
            } catch {
                throw Stop.fails(name, "evidence that does not hold (\(error))")
            }
        }
        for event in verified {
            guard event.checkpoint.checkpoint == checkpoint.checkpoint else {
                throw Stop.fails(name, "entry \(event.index) is proven under another checkpoint")
            }
            guard event.event.event.rule.allows(event.event) else {
                throw Stop.fails(name, "entry \(event.index) has not the fields of \(event.event.event.rawValue)")
            }
        }
        guard Set(verified.map(\.index)).count == verified.count else { throw Stop.fails(name, "an entry twice") }
        return verified
    }

    private mutating func checkActs(
        _ events: [VerifiedEvidence], _ past: inout PastDocuments, _ story: inout DossierStory
    ) throws {
        let acts = try acts()
        let routing = story.envelope.body.routing
        var progress: [UnitAddress: DeliveryProgress] = [:]
        for event in events where !event.event.event.isRefusal {
            guard let unit = event.event.unit else {
                story.steps.append(.init(evidence: event, act: nil))
                continue
            }
            guard routing.recipients.contains(unit) else {
                throw Stop.fails(.events, "entry \(event.index) is about a unit that is no recipient")
            }
            guard isTold(event, events) else { continue }
            guard let present = progress[unit] else {
                guard event.event.event == .contentConsignment, event.event.state == .available else {
                    throw Stop.missing(.events, "what comes before entry \(event.index)")
                }
                progress[unit] = DeliveryProgress()
                story.steps.append(.init(evidence: event, act: nil))
                continue
            }
            let act = try event.event.act.map { try self.act($0, behind: event, acts, routing, &past) }
            guard let trigger = act.map({ DeliveryTrigger.act($0.body.act) }) ?? event.event.triggerWithoutAct,
                let transition = present.on(trigger), transition.event == event.event.event,
                transition.state == event.event.state
            else { throw Stop.fails(.events, "entry \(event.index) cannot follow what comes before") }
            progress[unit]?.advance(by: transition)
            story.steps.append(.init(evidence: event, act: act))
        }
        story.deliveries = progress.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        report.holds(.events, "\(events.count) entries, each in the log and each following from the one before")
        let used = Set(story.steps.compactMap(\.act?.hash))
        guard acts.keys.allSatisfy(used.contains) else { throw Stop.fails(.acts, "an act that no event is about") }
        report.holds(.acts, "\(acts.count) acts, each signed by an agent who could make it then")
    }

    /// The same event stands in several mailboxes: it is told once, as the delivery's own has it where that is here.
    private func isTold(_ event: VerifiedEvidence, _ events: [VerifiedEvidence]) -> Bool {
        let mailboxes = Set(
            events.filter { $0.event.unit == event.event.unit && !$0.event.event.isRefusal }.map(\.event.mailbox))
        let own = event.event.unit.map(Mailbox.unit)
        let chosen =
            own.flatMap { mailboxes.contains($0) ? $0 : nil }
            ?? mailboxes.min { $0.description < $1.description }
        return event.event.mailbox == chosen
    }

    private func act(
        _ hash: Hash, behind event: VerifiedEvidence, _ acts: [Hash: Unverified<Act>], _ routing: Routing,
        _ past: inout PastDocuments
    ) throws -> Verified<Act> {
        guard let act = acts[hash] else { throw Stop.missing(.acts, "the act behind entry \(event.index)") }
        let directory = try past.directory(for: routing, before: event.index)
        guard let verified = directory.verified(act, behind: event.event, sender: routing.from) else {
            throw Stop.fails(
                .acts, "entry \(event.index) says something else than its act, or its author could not make it")
        }
        return verified
    }

    // MARK: Content

    private mutating func checkContent(_ head: DossierHead, _ story: inout DossierStory) throws {
        let has = Set(files.names)
        let expected: Set<String> =
            switch head.content {
            case .sealed: [DossierFile.content, DossierFile.contentKey]
            case .disclosed: [DossierFile.contentManifest, DossierFile.disclosures]
            case .withheld, .erased: []
            }
        let all: Set = [
            DossierFile.content, DossierFile.contentKey, DossierFile.contentManifest, DossierFile.disclosures
        ]
        guard expected.isSubset(of: has) else { throw Stop.missing(.content, "the files of the content") }
        guard has.intersection(all) == expected else {
            throw Stop.fails(.content, "content that dossier.json does not speak of")
        }
        do {
            switch head.content {
            case .sealed: story.disclosures = try sealed(story)
            case .disclosed: story.disclosures = try disclosed(story)
            case .withheld: report.holds(.content, "withheld by whoever made the dossier")
            case .erased:
                guard story.steps.contains(where: { $0.evidence.event.event == .erasure }) else {
                    throw Stop.fails(.content, "called erased, and no event says so")
                }
                report.holds(.content, "erased from the relay, as the log says")
            }
        } catch let stop as Stop {
            throw stop
        } catch {
            throw Stop.fails(.content, "\(error)")
        }
    }

    private mutating func sealed(_ story: DossierStory) throws -> Disclosures {
        let text = try string(DossierFile.contentKey)
        guard let source = try files.source(of: DossierFile.content), text.last == "\n",
            var key = Base64.decode(String(text.dropLast())), key.count == 16
        else { throw Stop.fails(.content, "no file key of 16 bytes") }
        let found = ContentReference(sha256: try digest(of: source), size: source.size)
        // After a handover the content is the one that a transferred act names.
        let transfers = story.steps.compactMap(\.act).filter { $0.body.act == .transferred }
        let last = transfers.last { $0.body.content == found }
        guard found == story.envelope.body.content || last != nil else {
            throw Stop.fails(.content, "not the content that envelope or handover name")
        }
        var authors: [NoteKey] = []
        if let last, let end = transfers.firstIndex(where: { $0.hash == last.hash }) {
            let chain = transfers[...end].filter { $0.body.unit == last.body.unit }
            authors = chain.compactMap(\.keys.first)
        }
        let opened = try OpenedContent(
            source, envelope: story.envelope, reference: found, transferAuthors: authors,
            by: .fileKey(try GuardedBytes(moving: &key)))
        report.holds(.content, "opens, and is what the sender committed to")
        return opened.disclosures
    }

    private mutating func disclosed(_ story: DossierStory) throws -> Disclosures {
        let disclosed = try json(DossierDisclosures.self, DossierFile.disclosures)
        let manifest = try Unverified<Manifest>(parsing: try need(DossierFile.contentManifest))
            .verified(for: story.envelope, salt: disclosed.salt)
        try disclosed.disclosures.check(against: manifest.body)
        let count = disclosed.disclosures.fields.count + disclosed.disclosures.parts.count
        report.holds(
            .content,
            "\(count) of \(manifest.body.fields.count + manifest.body.parts.count) fields and attachments disclosed, as the sender committed to them"
        )
        return disclosed.disclosures
    }

    // MARK: Files

    private func need(_ name: String) throws -> [UInt8] {
        guard let bytes = try files.bytes(of: name, limit: DossierFile.largest(name)) else {
            throw Stop.missing(.container, "no \(name)")
        }
        return bytes
    }

    private func string(_ name: String) throws -> String { String(decoding: try need(name), as: UTF8.self) }

    private func json<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        guard let value = try? WireJSON.decode(type, from: try need(name)) else {
            throw Stop.fails(.container, "\(name) is not what it should be")
        }
        return value
    }

    private func acts() throws -> [Hash: Unverified<Act>] {
        var acts: [Hash: Unverified<Act>] = [:]
        for name in files.names where name.hasPrefix("acts/") {
            guard let act = try? Unverified<Act>(parsing: try need(name)) else {
                throw Stop.fails(.acts, "\(name) is no act")
            }
            acts[act.note.hash] = act
        }
        return acts
    }

    /// RFC 3339 in UTC.
    static func text(_ instant: Int) -> String {
        Date(timeIntervalSince1970: Double(instant)).formatted(.iso8601)
    }
}
