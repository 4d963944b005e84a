// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms
import LiaisonModel

// What people read of a draft's problems, in both languages. Checks decide which problem it is, never how it is said.

extension DraftFinding {
    /// What is wrong.
    public var what: Label { problem.words.what }
    /// What to do about it.
    public var remedy: Label { problem.words.remedy }

    public func text(_ language: Language) -> String {
        let line = line.map { language("ligne \($0), ", "line \($0), ") } ?? ""
        return "\(line)\(place)" + language(" : ", ": ") + "\(what.text(language)) [\(problem.code)]\n  "
            + language("remède : ", "remedy: ") + remedy.text(language)
    }
}

private func say(
    _ what: (fr: String, en: String), _ remedy: (fr: String, en: String)
) -> (what: Label, remedy: Label) {
    (Label(fr: what.fr, en: what.en), Label(fr: remedy.fr, en: remedy.en))
}

private func list(_ names: [String]) -> String { names.joined(separator: ", ") }

extension DraftProblem {
    /// What is wrong, and what to do about it.
    fileprivate var words: (what: Label, remedy: Label) {
        switch self {
        // Reading.
        case .unreadableFile:
            say(("fichier illisible", "file not readable"), ("corrigez la syntaxe YAML", "mend the YAML syntax"))
        case .fieldGivenTwice: say(("champ en double", "field given twice"), ("gardez-en un", "keep one"))
        case .unknownField(let possible):
            say(
                ("champ inconnu", "unknown field"),
                ("champs possibles ici : \(list(possible))", "fields possible here: \(list(possible))"))
        case .missingField(let expected):
            say(
                ("champ absent", "field missing"),
                ("ajoutez-le : \(expected.words.fr)", "add it: \(expected.words.en)"))
        case .missingRoles:
            say(("champ absent", "field missing"), ("nommez les rôles des unités", "name the roles of units"))
        case .valueOfAnotherType(let expected):
            say(
                ("valeur d'un autre type", "value of another type"),
                ("attendu : \(expected.words.fr)", "expected: \(expected.words.en)"))
        case .valueWithoutMeaning(let text, let expected):
            say(
                ("valeur sans signification (\(text))", "value without meaning (\(text))"),
                ("attendu : \(expected.words.fr)", "expected: \(expected.words.en)"))
        case .cannotStandBy(let name, let unit, let others):
            say(
                ("ne peut pas relayer \(unit) (\(name))", "cannot stand by for \(unit) (\(name))"),
                (
                    "une autre unité de \(unit.institution), nommée une fois : \(list(others.map(\.local)))",
                    "another unit of \(unit.institution), named once: \(list(others.map(\.local)))"
                ))

        // What a draft still lacks.
        case .noLog:
            say(("aucun journal", "no log"), ("ajoutez ce qu'affiche liaisond init", "add what liaisond init prints"))
        case .noKeys:
            say(
                ("clés absentes", "keys missing"),
                ("ajoutez ce qu'affiche liaison registrar create", "add what liaison registrar create prints"))

        // The frame.
        case .endsBeforeItBegins:
            say(("avant not_before", "before not_before"), ("une fin après le début", "an end after the beginning"))
        case .versionAndPreviousDisagree:
            say(
                (
                    "la version 1 n'en remplace aucune, les autres nomment l'empreinte de la précédente",
                    "version 1 supersedes none, the others name the hash of the one before"
                ), ("corrigez version ou previous", "mend version or previous"))
        case .graceTooLong:
            say(
                (
                    "une version dépassée resterait admise plus de 90 jours",
                    "a superseded version would be accepted for more than 90 days"
                ), ("au plus P90D", "at most P90D"))
        case .maximumAgeOutOfBounds:
            say(
                ("hors de 1 heure à 14 jours", "not between 1 hour and 14 days"),
                ("par exemple P3D", "for example P3D"))
        case .auditLimitOutOfBounds:
            say(
                (
                    "les traces se gardent de six mois à trois ans (CNIL, journalisation)",
                    "records are kept from six months to three years (CNIL, logging)"
                ), ("P365D le plus souvent", "P365D as a rule"))
        case .unknownTimeZone(let zone):
            say(
                ("fuseau inconnu (\(zone))", "unknown time zone (\(zone))"),
                ("par exemple Europe/Paris", "for example Europe/Paris"))
        case .notADate(let day): say(("pas une date (\(day))", "not a date (\(day))"), ("AAAA-MM-JJ", "YYYY-MM-DD"))
        case .logWithoutTLS(let url):
            say(("adresse sans TLS (\(url))", "address without TLS (\(url))"), ("https://…", "https://…"))
        case .roleNamedLikeAStep(let role):
            say(
                (
                    "une étape d'escalade s'appelle ainsi (\(role))",
                    "a step of an escalation has this name (\(role))"
                ), ("donnez un autre nom à ce rôle", "give this role another name"))
        case .flowGivenTwice:
            say(("deux flux de même id", "two flows with one id"), ("donnez à chacun le sien", "give each its own"))
        case .childProtectionUnreachable(let kinds, let recipient):
            say(
                (
                    "aucun flux n'atteint la CRIP (information préoccupante)",
                    "no flow reaches the child-protection unit (concern report)"
                ),
                (
                    "ajoutez un flux \(list(kinds)) vers \(recipient)", "add a flow \(list(kinds)) to \(recipient)"
                ))
        case .prosecutionUnreachable(let kinds, let recipient):
            say(
                ("aucun flux n'atteint le parquet", "no flow reaches the prosecution"),
                (
                    "ajoutez un flux \(list(kinds)) vers \(recipient)", "add a flow \(list(kinds)) to \(recipient)"
                ))

        // Parties and units.
        case .institutionGivenTwice:
            say(("institution en double", "institution given twice"), ("gardez-en une", "keep one"))
        case .unknownInstitutionKind(let kind, let known):
            say(
                ("type d'institution inconnu (\(kind))", "unknown kind of institution (\(kind))"),
                ("l'un de : \(list(known))", "one of: \(list(known))"))
        case .institutionWithoutUnit:
            say(
                ("institution sans unité", "institution without a unit"),
                ("ajoutez ses unités ou retirez-la", "add its units or take it out"))
        case .rosterSignaturesWithoutKeys:
            say(
                (
                    "il faut autant de clés que de signatures, une ou deux",
                    "as many keys as signatures are needed, one or two"
                ),
                (
                    "ajoutez la clé du second gestionnaire ou demandez une signature",
                    "add the second registrar's key or ask for one signature"
                ))
        case .unknownLog(let origin, let known):
            say(
                ("journal inconnu (\(origin))", "unknown log (\(origin))"),
                ("par exemple \(known)", "for example \(known)"))
        case .recoveryKeyInUse:
            say(
                ("la clé de secours signe aussi autre chose", "the recovery key also signs other things"),
                ("une clé de secours à part, gardée hors ligne", "a recovery key of its own, kept offline"))
        case .keyEndsBeforeItBegins:
            say(
                ("une clé finit avant de commencer", "a key ends before it begins"),
                ("corrigez ses dates", "mend its dates"))
        case .sharedKey:
            say(
                ("une clé pour deux", "one key for two"),
                ("chaque gestionnaire a la sienne", "each registrar has one of their own"))
        case .unitGivenTwice: say(("unité en double", "unit given twice"), ("gardez-en une", "keep one"))
        case .unreadablePhone(let phone):
            say(
                ("numéro illisible (\(phone))", "number not readable (\(phone))"),
                ("par exemple 04 65 71 00 00 ou 17", "for example 04 65 71 00 00 or 17"))
        case .standbyWithoutRole(let other, let role, let unit):
            say(
                (
                    "\(other) ne tient pas le rôle \(role) et n'est pas destinataire de ce que reçoit \(unit)",
                    "\(other) does not hold the role \(role) and is no recipient of what \(unit) gets"
                ),
                (
                    "une unité qui tient les mêmes rôles, ou une suppléance décidée le moment venu (registrar absence)",
                    "a unit with the same roles, or a substitute when the time comes (registrar absence)"
                ))

        // Roles and times of a flow.
        case .noRole: say(("aucun rôle", "no role"), ("nommez au moins un rôle", "name one role at least"))
        case .unknownRole(let role):
            say(
                ("rôle inconnu (\(role))", "unknown role (\(role))"),
                ("un rôle de la liste roles", "a role of the list roles"))
        case .roleWithoutUnit(let role):
            say(
                ("aucune unité ne tient le rôle \(role)", "no unit holds the role \(role)"),
                (
                    "donnez ce rôle à une unité ou retirez-le du flux",
                    "give this role to a unit or take it out of the flow"
                ))
        case .retentionOutOfBounds:
            say(
                ("hors de 1 à 90 jours", "not between 1 and 90 days"),
                (
                    "le relais transporte, il n'archive pas : au plus P90D",
                    "the relay carries, it is no archive: at most P90D"
                ))
        case .noUrgency:
            say(
                ("aucune urgence admise", "no urgency allowed"),
                ("par exemple routine, P5D, working_days", "for example routine, P5D, working_days"))
        case .urgencyGivenTwice:
            say(("urgence en double", "urgency given twice"), ("une règle par urgence", "one rule for each urgency"))
        case .deadlineAfterErasure:
            say(
                ("le contenu serait effacé avant l'échéance", "the content would be erased before the deadline"),
                ("un délai plus court ou une conservation plus longue", "a shorter deadline or a longer retention"))
        case .replyAfterErasure:
            say(
                ("le retour viendrait après l'effacement", "the return would come after the erasure"),
                ("un délai plus court ou une conservation plus longue", "a shorter deadline or a longer retention"))
        case .replyWithoutFlow(let kind):
            say(
                ("aucun flux ne porte le retour \(kind)", "no flow carries the return \(kind)"),
                ("ajoutez un flux \(kind) en sens inverse", "add a flow \(kind) the other way"))
        case .unreachableAtNight(let unit):
            say(
                (
                    "\(unit) n'est pas toujours ouverte et n'a pas de numéro de permanence",
                    "\(unit) is not always open and has no duty number"
                ), ("ajoutez duty_phone ou comptez en heures d'ouverture", "add duty_phone or count opening hours"))

        // Escalation.
        case .escalationToUnknownRole(let target):
            say(
                ("escalade vers un rôle inconnu (\(target))", "escalation to an unknown role (\(target))"),
                ("unit, substitute, manager, standby ou un rôle", "unit, substitute, manager, standby or a role"))
        case .escalationToRoleWithoutUnit(let target):
            say(
                ("aucune unité ne tient le rôle \(target)", "no unit holds the role \(target)"),
                ("donnez ce rôle à une unité", "give this role to a unit"))
        case .escalationComesBack(let target):
            say(
                ("l'escalade revient à \(target)", "the escalation comes back to \(target)"),
                ("chaque étape atteint quelqu'un d'autre", "each step reaches somebody else"))
        case .escalationOutOfOrder:
            say(
                ("plus tôt que l'étape d'avant", "earlier than the step before"),
                ("classez les étapes par délai", "order the steps by time"))
        case .escalationAfterErasure:
            say(
                ("après l'effacement du contenu", "after the content is erased"),
                ("une étape plus proche", "an earlier step"))
        case .escalationWithoutHabilitation(let target):
            say(
                (
                    "\(target) n'est pas destinataire en droit du contenu",
                    "\(target) is no recipient in law of the content"
                ),
                (
                    "content: false : la référence seule suffit à l'alerte",
                    "content: false: the reference alone is enough for an alert"
                ))

        // The law of the kind.
        case .unknownKind(let kind, let known):
            say(
                ("type inconnu (\(kind))", "unknown kind (\(kind))"),
                ("l'un de : \(list(known))", "one of: \(list(known))"))
        case .policeRequest(let kind):
            say(
                (
                    "la police demanderait le contenu d'un accompagnement (\(kind))",
                    "the police would ask for the content of a case (\(kind))"
                ),
                (
                    "aucune convention ne le permet : l'ISCG ne participe pas aux investigations ; retirez ce flux",
                    "no convention permits it: the social worker takes no part in investigations; take this flow out"
                ))
        case .contentReturnedToPolice(let kind):
            say(
                (
                    "le retour à la police serait un contenu (\(kind))",
                    "the return to the police would be content (\(kind))"
                ),
                (
                    "follow_up_report : pris en charge ou non, rien d'autre",
                    "follow_up_report: taken up or not, nothing else"
                ))
        case .notForInstitution(let kind, let institution, let allowed):
            say(
                ("\(kind) n'est pas pour \(institution)", "\(kind) is not for \(institution)"),
                ("seulement : \(list(allowed))", "only: \(list(allowed))"))
        case .namesForStatistics:
            say(
                ("préfecture et financeurs ne reçoivent que des nombres", "préfecture and funders get numbers only"),
                ("un flux activity_report, ou d'autres destinataires", "a flow activity_report, or other recipients"))
        case .notBoundBySecrecy(let unit, let kind):
            say(
                (
                    "\(kind) partage des secrets et \(unit) n'y est pas tenue (CASF L226-2-2)",
                    "\(kind) shares secrets and \(unit) is not bound by them (CASF L226-2-2)"
                ),
                (
                    "retirez ce rôle du flux, ou corrigez le régime de secret de l'institution",
                    "take this role out of the flow, or mend the institution's secrecy regime"
                ))
        case .mandatoryCopyMissing(let institution):
            say(
                ("copie obligatoire absente (CASF L226-4)", "mandatory copy missing (CASF L226-4)"),
                (
                    "copies: un rôle de l'institution \(institution), la CRIP",
                    "copies: a role of the institution \(institution), the child-protection unit"
                ))
        case .noLegalBasis(let allowed):
            say(
                ("aucune base légale", "no legal basis"),
                ("l'une de : \(list(allowed))", "one of: \(list(allowed))"))
        case .legalBasisOfOtherKinds(let basis, let allowed):
            say(
                ("ne fonde pas ce type (\(basis))", "is no ground of this kind (\(basis))"),
                ("parmi : \(list(allowed))", "out of: \(list(allowed))"))
        case .adhesionNotDemanded:
            say(
                ("ce type demande l'adhésion de la personne", "this kind demands the person's adhesion"),
                ("adhesion: required", "adhesion: required"))
        case .adhesionInTheWay:
            say(
                (
                    "l'adhésion bloquerait ce que la loi permet sans elle",
                    "adhesion would block what the law permits without it"
                ), ("adhesion: not_required", "adhesion: not_required"))
        case .callMissing:
            say(
                ("le téléphone vient d'abord pour ce type", "the telephone comes first for this kind"),
                ("call_first: true", "call_first: true"))
        case .replyOnlyUnsuitable(let wanted):
            say(
                ("reply_only ne convient pas à ce type", "reply_only does not suit this kind"),
                ("reply_only: \(wanted)", "reply_only: \(wanted)"))

        // Attachments.
        case .attachmentsNotAllowed:
            say(
                ("ce type n'a pas de pièce jointe", "this kind has no attachment"),
                ("retirez attachments", "take attachments out"))
        case .attachmentTypeRefused(let type, let allowed):
            say(
                ("type de fichier refusé (\(type))", "file type refused (\(type))"),
                ("parmi : \(list(allowed))", "out of: \(list(allowed))"))
        case .attachmentSizeOutOfBounds(let most):
            say(
                ("hors de 1 à \(most) octets", "not between 1 and \(most) bytes"),
                ("par exemple 26214400", "for example 26214400"))
        }
    }
}

extension DraftProblem.Expected {
    fileprivate var words: (fr: String, en: String) {
        switch self {
        case .mapOfFields: ("une liste de champs", "a map of fields")
        case .list: ("une liste", "a list")
        case .listOfTexts: ("une liste de textes", "a list of texts")
        case .text: ("un texte", "a text")
        case .wholeNumber: ("un nombre entier", "a whole number")
        case .trueOrFalse: ("true ou false", "true or false")
        case .duration: ("une durée ISO 8601, par exemple PT4H ou P1D", "an ISO 8601 duration such as PT4H or P1D")
        case .date: ("une date AAAA-MM-JJ", "a date YYYY-MM-DD")
        case .base64Hash: ("une empreinte en base64", "a hash in base64")
        case .ed25519Key: ("une clé Ed25519 en base64", "an Ed25519 key in base64")
        case .shortName: ("un nom court, lettres et chiffres", "a short name, letters and digits")
        case .institution: ("par exemple cd01", "for example cd01")
        case .unit: ("par exemple cms-bourg", "for example cms-bourg")
        case .openingHours:
            (
                "par exemple mon-fri 09:00-17:00 ou tue 14:00-17:00 odd",
                "such as mon-fri 09:00-17:00 or tue 14:00-17:00 odd"
            )
        case .adhesion: ("required, recorded ou not_required", "required, recorded or not_required")
        case .urgency: ("immediate, urgent, priority ou routine", "immediate, urgent, priority or routine")
        case .clock: ("elapsed, opening ou working_days", "elapsed, opening or working_days")
        }
    }
}
