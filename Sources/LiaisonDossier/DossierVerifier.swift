// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

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
    /// No entry is younger than the earliest that vouches for the log, but for the difference of clocks.
    var bound = Instant.latest

    /// Why one step ends.
    enum Stop: Error {
        case fails(DossierDetail)
        case missing(DossierDetail)
    }

    /// - Parameter files: a container opened by `ZipReader`, or one being made.
    public static func verify(_ files: any DossierFiles, trust: TrustAnchors) -> DossierReport {
        var verifier = DossierVerifier(files: files, trust: trust)
        do {
            try verifier.run()
        } catch Stop.fails(let detail) {
            verifier.report.fails(detail)
        } catch Stop.missing(let detail) {
            verifier.report.missing(detail)
        } catch {
            verifier.report.fails(.container(.notReadable("\(error)")))
        }
        return verifier.report
    }

    /// Judges a container in memory: nothing of it is written anywhere. What is no container at all is invalid, like one that is
    /// damaged.
    public static func verify(_ container: [UInt8], trust: TrustAnchors) -> DossierReport {
        do {
            return verify(try ZipReader(MemorySource(container)), trust: trust)
        } catch {
            return DossierReport(unreadable: "\(error)")
        }
    }

    private init(files: any DossierFiles, trust: TrustAnchors) {
        self.files = files
        self.trust = trust
    }

    private mutating func run() throws {
        let stamped = try checkContainer()
        let head = try json(DossierHead.self, DossierFile.head)
        guard head.type == DossierHead.type else {
            throw Stop.fails(.container(.otherType))
        }
        let (log, checkpoint) = try checkLog(head)
        checkWitnesses(checkpoint)
        try checkTimeStamps(checkpoint, container: stamped)
        let events = try evidence(in: try json(DossierEvents.self, DossierFile.events).events, log, checkpoint, .events)
            .sorted { $0.index < $1.index }
        let documents = try json(DossierDirectory.self, DossierFile.directory).documents
        let listed = Set(documents.map(\.file))
        guard listed.count == documents.count, listed.allSatisfy(DossierFile.isDirectory),
            listed.isSuperset(of: files.names.filter { $0 != DossierFile.convention && DossierFile.isDirectory($0) })
        else { throw Stop.fails(.directory(.otherDocuments)) }
        let publications = try evidence(in: documents.map(\.evidence), log, checkpoint, .directory)
        var past = try PastDocuments(
            zip(documents.map(\.file), publications).map { (name: $0, file: try need($0), evidence: $1) })
        past.add(events)
        let offered = try envelope()
        try checkConvention(offered.claimed.routing, log, &past)
        let (envelope, flow) = try checkEnvelope(offered, head, events, log, &past)
        var story = DossierStory(
            envelope: envelope, flow: flow, timeZone: past.convention.claimed.timeZone, log: log.name,
            treeSize: checkpoint.checkpoint.size, madeAt: head.madeAt)
        for party in past.convention.claimed.parties { story.parties[party.institution] = party.name }
        story.tokens = files.names.count { $0.hasPrefix("time-stamps/") }
        story.cosigners = checkpoint.note.signatures.map(\.name).filter { $0 != log.name }
        try checkActs(events, &past, &story)
        story.units = past.units
        story.asStated = past.asStated
        try checkContent(head, &story)
        report.story = story
    }

    /// When a trusted authority time-stamped the container; nil when none did.
    private mutating func checkContainer() throws -> Instant? {
        for name in files.names where !DossierFile.isKnown(name) {
            throw Stop.fails(.container(.foreignFile(name)))
        }
        // Each reads whole, within its limit.
        for name in files.names where name != DossierFile.content { _ = try need(name) }
        _ = try files.source(of: DossierFile.content)
        for name in DossierFile.required where !files.names.contains(name) {
            throw Stop.missing(.container(.noFile(name)))
        }
        guard let token = try files.bytes(of: DossierFile.timeStamp, limit: DossierFile.largest(DossierFile.timeStamp))
        else {
            guard !files.names.contains(DossierFile.manifest) else {
                throw Stop.missing(.container(.manifestWithoutTimeStamp))
            }
            let mimetype = try files.bytes(of: DossierFile.mimetype, limit: 100)
            guard mimetype.map({ $0 == Array(DossierFile.plainMediaType.utf8) }) ?? true else {
                throw Stop.fails(.container(.markedAsOther))
            }
            report.holds(.container(.files(files.names.count)))
            return nil
        }
        guard let manifest = try files.bytes(of: DossierFile.manifest, limit: DossierFile.largest(DossierFile.manifest))
        else { throw Stop.missing(.container(.timeStampWithoutManifest)) }
        let mimetype = try files.bytes(of: DossierFile.mimetype, limit: 100)
        guard mimetype == Array(ASiCManifest.mediaType.utf8), files.names.first == DossierFile.mimetype else {
            throw Stop.fails(.container(.notMarkedAsASiC))
        }
        guard manifest == Array(try ASiCManifest.text(of: files).utf8) else {
            throw Stop.fails(.container(.otherManifest))
        }
        guard !trust.timeStampRoots.isEmpty else {
            report.holds(.container(.filesWithTimeStampNotJudged(files.names.count)))
            return nil
        }
        do {
            let time = try TimeStampToken(der: token).verified(over: manifest, roots: trust.timeStampRoots)
            report.holds(.container(.filesUnchangedSince(files.names.count, time)))
            return time
        } catch {
            throw Stop.fails(.container(.timeStampRefused("\(error)")))
        }
    }

    // MARK: Files

    func need(_ name: String) throws -> [UInt8] {
        guard let bytes = try files.bytes(of: name, limit: DossierFile.largest(name)) else {
            throw Stop.missing(.container(.noFile(name)))
        }
        return bytes
    }

    func string(_ name: String) throws -> String { String(decoding: try need(name), as: UTF8.self) }

    func json<Value: Codable>(_ type: Value.Type, _ name: String) throws -> Value {
        guard let value = try? CanonicalJSON.decode(type, from: try need(name), newlines: true) else {
            throw Stop.fails(.container(.wrongFile(name)))
        }
        return value
    }

    func acts() throws -> [Hash: Unverified<Act>] {
        var acts: [Hash: Unverified<Act>] = [:]
        for name in files.names where name.hasPrefix("acts/") {
            guard let act = try? Unverified<Act>(parsing: try need(name)) else {
                throw Stop.fails(.acts(.notAnAct(name)))
            }
            acts[act.note.hash] = act
        }
        return acts
    }
}
