// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
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
    var bound = Int.max

    /// Why one step ends.
    enum Stop: Error {
        case fails(DossierCheck.Name, _ fr: String, _ en: String)
        case missing(DossierCheck.Name, _ fr: String, _ en: String)
    }

    /// - Parameter files: a container opened by `ZipReader`, or one being made.
    public static func verify(_ files: any DossierFiles, trust: TrustAnchors) -> DossierReport {
        var verifier = DossierVerifier(files: files, trust: trust)
        do {
            try verifier.run()
        } catch Stop.fails(let name, let fr, let en) {
            verifier.report.fails(name, fr, en)
        } catch Stop.missing(let name, let fr, let en) {
            verifier.report.missing(name, fr, en)
        } catch {
            verifier.report.fails(
                .container, "dossier illisible (code pour l'assistance : \(error))", "\(error)")
        }
        return verifier.report
    }

    private init(files: any DossierFiles, trust: TrustAnchors) {
        self.files = files
        self.trust = trust
    }

    private mutating func run() throws {
        let stamped = try checkContainer()
        let head = try json(DossierHead.self, DossierFile.head)
        guard head.type == DossierHead.type else {
            throw Stop.fails(.container, "dossier.json est d'un autre type", "dossier.json of another type")
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
        else {
            throw Stop.fails(
                .directory, "directory.json ne nomme pas les documents du dossier",
                "directory.json does not list the dossier's documents")
        }
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
    private mutating func checkContainer() throws -> Int? {
        for name in files.names where !DossierFile.isKnown(name) {
            throw Stop.fails(
                .container, "un fichier étranger à un dossier de preuve (\(name))",
                "a file that a dossier does not have (\(name))")
        }
        // Each reads whole, within its limit.
        for name in files.names where name != DossierFile.content { _ = try need(name) }
        _ = try files.source(of: DossierFile.content)
        for name in DossierFile.required where !files.names.contains(name) {
            throw Stop.missing(.container, "fichier \(name)", "no \(name)")
        }
        guard let token = try files.bytes(of: DossierFile.timeStamp, limit: DossierFile.largest(DossierFile.timeStamp))
        else {
            guard !files.names.contains(DossierFile.manifest) else {
                throw Stop.missing(.container, "l'horodatage du manifeste", "a manifest without its time-stamp")
            }
            let mimetype = try files.bytes(of: DossierFile.mimetype, limit: 100)
            guard mimetype.map({ $0 == Array(DossierFile.plainMediaType.utf8) }) ?? true else {
                throw Stop.fails(
                    .container, "marqué comme un conteneur qu'il n'est pas", "marked as a container that it is not")
            }
            report.holds(.container, "\(files.names.count) fichiers", "\(files.names.count) files")
            return nil
        }
        guard let manifest = try files.bytes(of: DossierFile.manifest, limit: DossierFile.largest(DossierFile.manifest))
        else {
            throw Stop.missing(
                .container, "le manifeste que l'horodatage couvre", "a time-stamp without the manifest that it is over")
        }
        let mimetype = try files.bytes(of: DossierFile.mimetype, limit: 100)
        guard mimetype == Array(ASiCManifest.mediaType.utf8), files.names.first == DossierFile.mimetype else {
            throw Stop.fails(.container, "non marqué ASiC-E", "not marked as ASiC-E")
        }
        guard manifest == Array(try ASiCManifest.text(of: files).utf8) else {
            throw Stop.fails(
                .container, "les fichiers ne sont pas ceux du manifeste", "the files are not those of its manifest")
        }
        guard !trust.timeStampRoots.isEmpty else {
            report.holds(
                .container,
                "\(files.names.count) fichiers ; son horodatage n'est pas vérifié : les ancres ne nomment aucune autorité",
                "\(files.names.count) files; its time-stamp is not judged, the anchors name no authority")
            return nil
        }
        do {
            let time = try TimeStampToken(der: token).verified(over: manifest, roots: trust.timeStampRoots)
            report.holds(
                .container, "\(files.names.count) fichiers, inchangés depuis le \(Self.frenchText(time))",
                "\(files.names.count) files, unchanged since \(Self.text(time))")
            return time
        } catch {
            throw Stop.fails(
                .container, "horodatage non valable (code pour l'assistance : \(error))", "\(error)")
        }
    }

    // MARK: Files

    func need(_ name: String) throws -> [UInt8] {
        guard let bytes = try files.bytes(of: name, limit: DossierFile.largest(name)) else {
            throw Stop.missing(.container, "fichier \(name)", "no \(name)")
        }
        return bytes
    }

    func string(_ name: String) throws -> String { String(decoding: try need(name), as: UTF8.self) }

    func json<Value: Codable>(_ type: Value.Type, _ name: String) throws -> Value {
        guard let value = try? CanonicalJSON.decode(type, from: try need(name), newlines: true) else {
            throw Stop.fails(.container, "\(name) n'est pas ce qu'il doit être", "\(name) is not what it should be")
        }
        return value
    }

    func acts() throws -> [Hash: Unverified<Act>] {
        var acts: [Hash: Unverified<Act>] = [:]
        for name in files.names where name.hasPrefix("acts/") {
            guard let act = try? Unverified<Act>(parsing: try need(name)) else {
                throw Stop.fails(.acts, "\(name) n'est pas un acte", "\(name) is no act")
            }
            acts[act.note.hash] = act
        }
        return acts
    }

    /// As people write it, in UTC: the convention's zone is not known before it is verified.
    static func frenchText(_ instant: Int) -> String { LocalTime(.gmt).text(instant, .fr) }

    /// RFC 3339 in UTC.
    static func text(_ instant: Int) -> String {
        Date(timeIntervalSince1970: Double(instant)).formatted(.iso8601)
    }
}
