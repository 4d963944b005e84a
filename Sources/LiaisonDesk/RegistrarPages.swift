// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonWire
import LiaisonWords

extension Choice {
    static func units(_ work: RegistrarAtWork, except unit: UnitAddress? = nil, chosen: [UnitAddress] = []) throws
        -> [Choice]
    {
        try work.registrar.units().filter { $0.address != unit }.map {
            Choice(
                value: $0.address.description, label: "\($0.name), \($0.town)", isChosen: chosen.contains($0.address))
        }
    }

    static func roles(_ language: Language) -> [Choice] {
        PostRole.allCases.map { Choice(value: $0.rawValue, label: $0.text(language), isChosen: false) }
    }
}

/// What every registrar's page says first: that the relay is not heard, that something was lost, that something is not published.
struct RegistrarNotices: Sendable {
    let lines: [String]
    let unpublished: String?

    init(_ work: RegistrarAtWork) throws {
        let language = work.language
        lines = [
            work.isReachable
                ? nil
                : language(
                    "RELAIS INJOIGNABLE : voici ce que ce poste sait ; les demandes et les clés n'en sont pas.",
                    "RELAY UNREACHABLE: this is what this device knows, without requests and keys."),
            work.lost.map { Registrar.text(lost: $0, language) }
        ].compactMap(\.self)
        let count = try work.registrar.unpublished(now: work.now).changes.count
        unpublished =
            count == 0
            ? nil
            : language(
                "\(count) modification\(count > 1 ? "s" : "") de votre brouillon \(count > 1 ? "ne sont pas publiées et ne comptent" : "n'est pas publiée et ne compte") pas encore.",
                "\(count) change\(count > 1 ? "s" : "") of your draft \(count > 1 ? "are" : "is") not published and \(count > 1 ? "do" : "does") not count yet."
            )
    }
}

/// An agent in the roster, as a registrar sees them.
struct PersonItem: Sendable {
    let address: String
    let path: String
    let posts: [String]
    let keys: String
    /// Why the person reads nothing, or what of it is not in force yet.
    let notes: [String]
    let isInForce: Bool
    /// When the first of the posts ends that end soon.
    let ending: [String]

    /// How long before its end a post is spoken of.
    private static let soon: Seconds = .days(60)

    init(_ agent: Agent, withKeys: Set<AgentAddress>?, published: Roster?, _ work: RegistrarAtWork) throws {
        let (language, now) = (work.language, work.now)
        address = agent.address.description
        path = "/agents/\(agent.address)"
        isInForce = agent.revocation == nil && now < agent.notAfter
        let present = agent.posts.filter { now < $0.notAfter }
        posts =
            try present.map { post in
                try work.name(post.unit) + language(", ", ", ") + post.role.text(language)
                    + language(" : du \(work.day(post.notBefore)) au ", ": from \(work.day(post.notBefore)) to ")
                    + work.lastDay(post.notAfter)
            }
            + agent.duties.map { duty in
                duty.text(language)
                    + language(" : du \(work.day(agent.notBefore)) au ", ": from \(work.day(agent.notBefore)) to ")
                    + work.lastDay(agent.notAfter)
            }
        keys =
            withKeys.map { known in
                known.contains(agent.address)
                    ? language("publiées", "published")
                    : agent.posts.isEmpty
                        ? language("aucune", "none")
                        : language(
                            "aucune encore : sa première commande les publie",
                            "none yet: their first command publishes them")
            } ?? language("inconnues, relais injoignable", "unknown, relay unreachable")
        let known = published?.agents.first { $0.address == agent.address }
        notes = [
            agent.revocation.map {
                language("Accès retiré le ", "Access ended ") + work.day($0.at)
                    + language(", motif : ", ", reason: ") + $0.reason.text(language)
            },
            agent.revocation == nil && agent.notAfter <= now
                ? language("Habilitation finie le ", "Authorization ended ") + work.lastDay(agent.notAfter) : nil,
            isInForce && present.isEmpty && agent.duties.isEmpty
                ? language("Aucun poste : ne lit rien", "No post: reads nothing") : nil,
            known == nil
                ? language("Pas encore publié : ne compte pas encore", "Not published yet: does not count yet")
                : known?.key != agent.key || known?.revocation != agent.revocation
                    ? language("Modification pas encore publiée", "Change not published yet") : nil
        ].compactMap(\.self)
        ending =
            isInForce
            ? try present.filter { $0.notAfter - now < Self.soon }.map { post in
                try language(
                    "\(agent.address) : poste dans \(work.name(post.unit)), jusqu'au \(work.lastDay(post.notAfter)).",
                    "\(agent.address): post in \(work.name(post.unit)), until \(work.lastDay(post.notAfter)).")
            } : []
    }
}

/// An invitation that is not ended, as a registrar sees it.
struct RequestItem: Sendable {
    let path: String
    let agent: String
    let what: String
    let state: String
    /// Whether it waits for the registrar's word.
    let isWaiting: Bool
    let isForeign: Bool

    init(_ request: JoinRequest, _ work: RegistrarAtWork) throws {
        let (language, invitation) = (work.language, request.invitation)
        path = "/requests/\(request.id.hex)"
        agent = invitation.agent.description
        let role =
            PostRole(rawValue: invitation.role)?.text(language) ?? Duty(rawValue: invitation.role)?.text(language)
            ?? invitation.role
        what =
            try (invitation.unit.map { try work.name($0) + ", " } ?? "") + role
            + language(", jusqu'au ", ", until ") + work.lastDay(invitation.until)
        isWaiting = request.state == .requested
        isForeign = isWaiting && request.possession == nil
        let isDrafted = try work.registrar.agents().contains { $0.key == request.possession?.body.key }
        state =
            switch request.state {
            case .open:
                language("Pas encore de réponse ; le code vaut jusqu'au ", "No answer yet; the code is good until ")
                    + LocalTime(.current).near(invitation.expiresAt, now: work.now, language)
            case .requested where isForeign:
                language(
                    "ATTENTION : demande faite par quelqu'un d'autre, à refuser",
                    "WARNING: somebody else's request, to be refused")
            case .requested where try work.registrar.isEnrolled(request):
                language(
                    "Inscription publiée : il reste à clore l'invitation",
                    "Published: the invitation is still to be ended")
            case .requested where isDrafted:
                language(
                    "Inscrite dans votre brouillon, pas encore publiée", "In your draft, not published yet")
            case .requested: language("Demande valable, à approuver", "Valid request, to be approved")
            case .approved: language("Approuvée", "Approved")
            case .rejected: language("Refusée", "Refused")
            }
    }
}

/// The people of the institution: who asks to come in, whose post ends, who has a post where.
struct PeoplePage: Page {
    static let template = "people"
    static let tab: String? = "people"

    let notices: RegistrarNotices
    let requests: [RequestItem]
    let hasRequests: Bool
    let ending: [String]
    let hasEnding: Bool
    let people: [PersonItem]
    let isEmpty: Bool
    let former: [PersonItem]
    let hasFormer: Bool

    init(_ work: RegistrarAtWork) async throws {
        notices = try RegistrarNotices(work)
        let registrar = work.registrar
        var withKeys: Set<AgentAddress>?
        if work.isReachable {
            requests = try await registrar.requests(over: work.relay).filter { [.open, .requested].contains($0.state) }
                .sorted { $0.invitation.agent < $1.invitation.agent }
                .map { try RequestItem($0, work) }
                .sorted { $0.isWaiting && !$1.isWaiting }
            if try registrar.published() != nil {
                withKeys = try await registrar.agentsWithKeys(over: work.relay, now: work.now)
            }
        } else {
            requests = []
        }
        let published = try registrar.published()
        let all = try registrar.agents().map {
            try PersonItem($0, withKeys: withKeys, published: published, work)
        }
        people = all.filter(\.isInForce)
        former = all.filter { !$0.isInForce }
        ending = people.flatMap(\.ending)
        (hasRequests, hasEnding) = (!requests.isEmpty, !ending.isEmpty)
        (isEmpty, hasFormer) = (people.isEmpty, !former.isEmpty)
    }
}

/// One agent, and what may be changed.
struct PersonPage: Page {
    static let template = "person"
    static let tab: String? = "people"

    struct Post: Sendable {
        let unit: String
        let text: String
        let control: String
    }

    let notices: RegistrarNotices
    let person: PersonItem
    let posts: [Post]
    let hasPosts: Bool
    let units: [Choice]
    let roles: [Choice]
    let reasons: [Choice]
    let today: String
    let last: String

    init(_ address: AgentAddress, _ work: RegistrarAtWork) async throws {
        let registrar = work.registrar
        guard let agent = try registrar.agents().first(where: { $0.address == address }) else {
            throw ClientFailure.registrar(.unknownAgent(address))
        }
        notices = try RegistrarNotices(work)
        let published = try registrar.published()
        let withKeys =
            work.isReachable && published != nil
            ? try await registrar.agentsWithKeys(over: work.relay, now: work.now) : nil
        person = try PersonItem(agent, withKeys: withKeys, published: published, work)
        let present = agent.posts.filter { work.now < $0.notAfter }
        posts = try present.enumerated().map { number, post in
            Post(
                unit: post.unit.description,
                text: try work.name(post.unit)
                    + work.language(", jusqu'au ", ", until ") + work.lastDay(post.notAfter),
                control: "end-\(number)")
        }
        hasPosts = !posts.isEmpty
        units = try Choice.units(work)
        roles = Choice.roles(work.language)
        reasons = RevocationReason.allCases.map {
            Choice(value: $0.rawValue, label: $0.text(work.language), isChosen: false)
        }
        today = DayPeriod.day(work.now, in: .current)
        last = DayPeriod.day(agent.notAfter - 1, in: .current)
    }
}

/// The form of an invitation.
struct InvitePage: Page {
    static let template = "invite"
    static let tab: String? = "people"

    let units: [Choice]
    let roles: [Choice]
    let duties: [Choice]
    let today: String
    let until: String

    init(_ work: RegistrarAtWork) throws {
        units = try Choice.units(work)
        roles = Choice.roles(work.language)
        duties = Duty.allCases.map { Choice(value: $0.rawValue, label: $0.text(work.language), isChosen: false) }
        today = DayPeriod.day(work.now, in: .current)
        until = DayPeriod.day(work.now + .days(730) - 1, in: .current)
    }
}

/// The nine words, once.
struct InvitedPage: Page {
    static let template = "invited"
    static let tab: String? = "people"

    let agent: String
    let what: String
    let words: [String]
    let until: String
    let relay: String

    init(_ id: Hash, _ handover: Handover, _ work: RegistrarAtWork) throws {
        guard let kept = try work.registrar.invitation(id) else { throw MissingAnswer.invitation }
        guard handover.take(unseen: id) else { throw MissingAnswer.shown }
        agent = kept.invitation.agent.description
        what = try kept.invitation.unit.map(work.name) ?? work.registrar.institution.description
        words = kept.code.words
        until = LocalTime(.current).near(kept.invitation.expiresAt, now: work.now, work.language)
        relay = try work.registrar.log().url
    }
}

/// A request, before the registrar's word.
struct RequestPage: Page {
    static let template = "request"
    static let tab: String? = "people"

    let item: RequestItem
    let canApprove: Bool
    /// Whether the roster in force has the person already, so that only the invitation is left to end.
    let isEnrolled: Bool
    let isOpen: Bool
    let follows: [String]
    let warnings: [String]
    let hasWarnings: Bool

    init(_ request: JoinRequest, _ work: RegistrarAtWork) async throws {
        item = try RequestItem(request, work)
        isEnrolled = try work.registrar.isEnrolled(request)
        canApprove = request.state == .requested && request.possession != nil && !isEnrolled
        isOpen = request.state == .open
        let language = work.language
        guard canApprove else {
            (follows, warnings, hasWarnings) = ([], [], false)
            return
        }
        let forecast = try await work.registrar.forecast(over: work.relay, now: work.now) {
            _ = try $0.approve(request, now: work.now)
        }
        let invitation = request.invitation
        let isKnown = try work.registrar.published()?.agents.contains { $0.address == invitation.agent } == true
        follows =
            try [
                invitation.unit.map {
                    let name = try work.name($0)
                    return language(
                        "\(invitation.agent) pourra lire tout ce qui sera envoyé à \(name), dès que la liste est publiée. Ce qui a été envoyé auparavant lui reste fermé, sauf si un collègue le lui transmet (liaison transfer).",
                        "\(invitation.agent) will be able to read all that is sent to \(name), once the roster is published. What was sent before stays closed to them, unless a colleague hands it over (liaison transfer)."
                    )
                }
                    ?? language(
                        "\(invitation.agent) n'ouvre aucune transmission.", "\(invitation.agent) opens no transmission."
                    ),
                isKnown
                    ? language(
                        "Les clés de ce poste de travail remplacent celles que \(invitation.agent) avait : l'ancien poste ne lit plus rien.",
                        "The keys of this device replace those that \(invitation.agent) had: the old device reads nothing more."
                    ) : nil
            ].compactMap(\.self) + [ConfirmChangePage.signatures(work)].compactMap(\.self)
        warnings = ConfirmChangePage.warnings(forecast, language)
        hasWarnings = !warnings.isEmpty
    }
}

/// The units, how they stand and who reads there.
struct UnitsPage: Page {
    static let template = "units"
    static let tab: String? = "units"

    struct Item: Sendable {
        let address: String
        let name: String
        let path: String
        let state: String?
        let numbers: [Call]
        let opening: [String]
        let openingLine: String
        let readers: String
        let isUnread: Bool
        let standby: String?

        init(_ unit: LiaisonModel.Unit, _ roster: Roster, _ work: RegistrarAtWork) throws {
            let language = work.language
            address = unit.address.description
            name = "\(unit.name), \(unit.town)"
            path = "/units/\(unit.address)"
            state = try Self.state(of: unit, work)
            let duty = unit.dutyPhone.map {
                NumberLine(before: language("Permanence : ", "Duty line: "), phone: $0, after: "")
            }
            numbers = [NumberLine(before: "", phone: unit.phone, after: ""), duty].compactMap(\.self).map(Call.init)
            opening = unit.openingLines(language)
            openingLine = opening.joined(separator: " ; ")
            let names = roster.readers(of: unit.address, at: work.now).map(\.address.description)
            isUnread = names.isEmpty
            readers = isUnread ? language("Personne n'y lit.", "Nobody reads there.") : names.joined(separator: ", ")
            standby =
                unit.standbyUnits.isEmpty ? nil : try unit.standbyUnits.map(work.name).joined(separator: ", ")
        }

        private static func state(of unit: LiaisonModel.Unit, _ work: RegistrarAtWork) throws -> String? {
            guard let absence = unit.absence, unit.isAbsent(at: work.now) else { return nil }
            let language = work.language
            var text =
                absence.reason == .vacancy ? language("Poste vacant", "Post vacant") : language("Absente", "Absent")
            if let until = absence.until { text += language(" jusqu'au ", " until ") + work.lastDay(until) }
            let names = try absence.substitutes.map(work.name).joined(separator: ", ")
            return text
                + (names.isEmpty
                    ? language(", personne ne la supplée", ", nobody stands in")
                    : language(", suppléance assurée par : ", ", stood in for by: ") + names)
        }
    }

    let notices: RegistrarNotices
    let units: [Item]
    let warnings: [String]
    let hasWarnings: Bool

    init(_ work: RegistrarAtWork) throws {
        notices = try RegistrarNotices(work)
        let draft = try work.registrar.draft()
        units = try draft.units.map { try Item($0, draft, work) }
        warnings = Registrar.loneReaders(in: draft, at: work.now).map { $0.warning(work.language) }
        hasWarnings = !warnings.isEmpty
    }
}

/// One unit, and what may be changed.
struct UnitPage: Page {
    static let template = "unit"
    static let tab: String? = "units"

    let notices: RegistrarNotices
    let unit: UnitsPage.Item
    let isAbsent: Bool
    let others: [Choice]
    let hasOthers: Bool
    let standby: [Choice]
    let today: String

    init(_ address: UnitAddress, _ work: RegistrarAtWork) throws {
        let draft = try work.registrar.draft()
        guard let unit = draft.units.first(where: { $0.address == address }) else {
            throw ClientFailure.unknownUnit(address.description)
        }
        notices = try RegistrarNotices(work)
        self.unit = try UnitsPage.Item(unit, draft, work)
        isAbsent = unit.isAbsent(at: work.now)
        others = try Choice.units(work, except: address)
        hasOthers = !others.isEmpty
        standby = try Choice.units(work, except: address, chosen: unit.standbyUnits)
        today = DayPeriod.day(work.now, in: .current)
    }
}

/// What is published and what is not, and what a second registrar has to sign.
struct RosterPage: Page {
    static let template = "roster"
    static let tab: String? = "roster"

    let notices: [String]
    let inForce: String
    let changes: [String]
    let hasChanges: Bool
    let warnings: [String]
    let hasWarnings: Bool
    let needsSecond: Bool
    let canPublish: Bool

    init(_ work: RegistrarAtWork) throws {
        let (language, registrar) = (work.language, work.registrar)
        notices = try RegistrarNotices(work).lines
        let published = try registrar.published()
        inForce =
            published.map {
                language("version \($0.version), signée ", "version \($0.version), signed ")
                    + LocalTime(.current).near($0.issuedAt, now: work.now, language)
            } ?? language("aucune liste n'est publiée", "no roster is published")
        let difference = try registrar.unpublished(now: work.now)
        hasChanges = !difference.changes.isEmpty
        changes = hasChanges ? difference.lines(language).dropFirst().map { String($0.dropFirst(2)) } : []
        warnings =
            try registrar.lastReaders(now: work.now).flatMap { $0.text(waiting: nil, language).split(separator: "\n") }
            .map(String.init)
        hasWarnings = !warnings.isEmpty
        needsSecond = try registrar.signaturesNeeded(now: work.now) > 1
        canPublish = work.isReachable
    }
}

/// A change, with what follows from it, before it is made.
struct ConfirmChangePage: Page {
    static let template = "confirmchange"
    static let tab: String? = nil

    struct Hidden: Sendable {
        let name: String
        let value: String
    }

    let title: String
    let action: String
    let says: [String]
    let warnings: [String]
    let hasWarnings: Bool
    let heading: String
    let changes: [String]
    let hidden: [Hidden]
    let isDangerous: Bool
    let isEmpty: Bool
    let back: String

    init(_ act: RosterAct, _ form: FormBody, _ work: RegistrarAtWork) async throws {
        let language = work.language
        let forecast = try await work.registrar.forecast(over: work.relay, now: work.now) {
            try act.perform($0, now: work.now)
        }
        title = act.title(language)
        action = "/roster/change"
        says = try act.says(work) + [Self.signatures(work)].compactMap(\.self)
        warnings = Self.warnings(forecast, language)
        hasWarnings = !warnings.isEmpty
        (heading, changes) = Self.lines(forecast.changes, language)
        var seen: Set<String> = ["token"]
        hidden = form.names.filter { seen.insert($0).inserted }.flatMap { name in
            form.all(name).map { Hidden(name: name, value: $0) }
        }
        isDangerous = act.isDangerous
        isEmpty = forecast.changes.changes.isEmpty
        back = act.path
    }

    /// A colleague's roster, before this registrar's signature.
    init(cosigning note: SignedNote, _ work: RegistrarAtWork) async throws {
        let language = work.language
        let roster = try work.registrar.checkHalfSigned(note, now: work.now)
        let lost = try work.registrar.lastReaders(in: roster, now: work.now)
        title = language("Signer aussi et publier", "Sign it too and publish")
        action = "/roster/cosign/\(note.hash.hex)"
        says = [
            language(
                "Un autre gestionnaire de votre institution a signé cette liste. Signez-la seulement si vous savez pourquoi chaque ligne change : elle compte dès votre signature.",
                "Another registrar of your institution has signed this roster. Sign it only if you know why each line changes: it counts from your signature on."
            )
        ]
        let rows = lost.isEmpty ? nil : (try? await work.relay.waiting())?.units
        warnings = lost.flatMap { last in
            last.text(waiting: rows.map { $0.first { $0.unit == last.unit.address }?.count ?? 0 }, language)
                .split(separator: "\n").map(String.init)
        }
        hasWarnings = !warnings.isEmpty
        (heading, changes) = Self.lines(try work.registrar.changes(to: roster), language)
        (hidden, isDangerous, isEmpty, back) = ([], false, false, "/roster")
    }

    /// The sentence that names the roster, and what changes in it.
    private static func lines(_ difference: RosterDifference, _ language: Language) -> (String, [String]) {
        let lines = difference.lines(language)
        return (lines.first ?? "", lines.dropFirst().map { String($0.dropFirst(2)) })
    }

    static func warnings(_ forecast: RosterForecast, _ language: Language) -> [String] {
        forecast.lost.flatMap { last in
            last.text(waiting: forecast.waiting(in: last.unit.address), language).split(separator: "\n").map(
                String.init)
        } + forecast.lone.map { $0.warning(language) }
    }

    static func signatures(_ work: RegistrarAtWork) throws -> String? {
        guard try work.registrar.signaturesNeeded(now: work.now) > 1 else { return nil }
        return work.language(
            "Votre institution veut deux signatures : rien ne compte avant celle d'un second gestionnaire.",
            "Your institution wants two signatures: nothing counts before a second registrar's.")
    }
}
