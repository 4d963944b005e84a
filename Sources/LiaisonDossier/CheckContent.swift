// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonSealing

/// The content, whole or field by field, against what the sender committed to.
extension DossierVerifier {
    mutating func checkContent(_ head: DossierHead, _ story: inout DossierStory) throws {
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
        guard expected.isSubset(of: has) else {
            throw Stop.missing(.content(.noFiles))
        }
        guard has.intersection(all) == expected else {
            throw Stop.fails(.content(.unmentioned))
        }
        do {
            switch head.content {
            case .sealed:
                let opened = try sealed(story)
                try checkLegalBasis(opened.disclosures, story.flow)
                story.opened = opened
                story.disclosures = opened.disclosures
            case .disclosed:
                let shown = try disclosed(story)
                try checkLegalBasis(shown, story.flow)
                story.disclosures = shown
            case .withheld:
                report.holds(.content(.withheld))
            case .erased:
                guard story.isCutShort || !story.deliveries.isEmpty && story.deliveries.allSatisfy(\.progress.isErased)
                else { throw Stop.fails(.content(.notErased)) }
                report.holds(.content(.erased))
            }
        } catch let stop as Stop {
            throw stop
        } catch {
            throw Stop.fails(.content(.refused("\(error)")))
        }
    }

    /// Whether the flow lets its form name the legal basis that is shown, if it is (docs/formats.md, section 4.4).
    private func checkLegalBasis(_ disclosures: Disclosures?, _ flow: Flow) throws {
        guard let field = disclosures?.fields.first(where: { $0.name == "legal_basis" }) else { return }
        guard case .text(let basis) = field.value, flow.legalBases.contains(basis) else {
            throw Stop.fails(.content(.otherLegalBasis))
        }
    }

    private mutating func sealed(_ story: DossierStory) throws -> OpenedContent {
        let text = try string(DossierFile.contentKey)
        guard let source = try files.source(of: DossierFile.content), text.last == "\n",
            var key = Base64.decode(String(text.dropLast())), key.count == 16
        else { throw Stop.fails(.content(.noFileKey)) }
        let found = ContentReference(sha256: try digest(of: source), size: source.size)
        // After a transfer the content is the one that a transferred act names.
        let transfers = story.steps.compactMap(\.act).filter { $0.body.act == .transferred }
        let last = transfers.last { $0.body.content == found }
        guard found == story.envelope.body.content || last != nil else {
            throw Stop.fails(.content(.otherContent))
        }
        var authors: [NoteKey] = []
        if let last, let end = transfers.firstIndex(where: { $0.hash == last.hash }) {
            let chain = transfers[...end].filter { $0.body.unit == last.body.unit }
            authors = chain.compactMap(\.keys.first)
        }
        let opened = try OpenedContent(
            source, envelope: story.envelope, reference: found, transferAuthors: authors,
            by: .fileKey(try GuardedBytes(moving: &key)))
        report.holds(.content(.opens))
        return opened
    }

    private mutating func disclosed(_ story: DossierStory) throws -> Disclosures {
        let disclosed = try json(DossierDisclosures.self, DossierFile.disclosures)
        let manifest = try Unverified<Manifest>(parsing: try need(DossierFile.contentManifest))
            .verified(for: story.envelope, salt: disclosed.salt)
        try disclosed.disclosures.check(against: manifest.body)
        let count = disclosed.disclosures.fields.count + disclosed.disclosures.parts.count
        let all = manifest.body.fields.count + manifest.body.parts.count
        report.holds(.content(.disclosed(count, of: all)))
        return disclosed.disclosures
    }
}
