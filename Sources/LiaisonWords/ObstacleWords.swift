// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonClient
public import LiaisonForms

extension Obstacle {
    public func text(_ language: Language) -> String {
        switch self {
        case .notAnAgentsVault:
            language(
                "ce coffre n'est pas celui d'un agent\nconseil : liaison enrol",
                "this vault is not an agent's\nhint: liaison enrol")
        case .unknownInstitution(let institution):
            language(
                "la convention ne connaît pas cette institution (\(institution))",
                "the convention does not know this institution (\(institution))")
        case .policyNotReadable(let path, nil):
            language("politique illisible (\(path))", "policy not readable (\(path))")
        case .policyNotReadable(let path, let why?):
            language("politique illisible (\(path), \(why))", "policy not readable (\(path), \(why))")
        case .proxyNotReadable(let text):
            language(
                "HTTPS_PROXY est illisible (\(text))\nconseil : http://nom:port",
                "HTTPS_PROXY is not readable (\(text))\nhint: http://name:port")
        case .relayAddressNotReadable(let text, let fault):
            language(
                "adresse de relais incorrecte (\(text)) : \(fault.text(language))\nconseil : par exemple https://relais.example:8443",
                "wrong relay address (\(text)): \(fault.text(language))\nhint: for example https://relay.example:8443")
        case .formOfALaterProgram:
            language(
                "formulaire plus récent que ce programme : mettez-le à jour",
                "form newer than this program: update it")
        case .notYetRead(let id):
            language(
                "vous ne l'avez pas encore lue\nconseil : lisez-la d'abord, liaison read \(id)",
                "you have not read it yet\nhint: read it first, liaison read \(id)")
        case .mayBeDeposited(let id):
            language(
                "le relais l'a peut-être déjà reçue\nconseil : liaison outbox \(id), puis liaison withdraw \(id)",
                "the relay may have received it already\nhint: liaison outbox \(id), then liaison withdraw \(id)")
        case .callComesTooLate(let id):
            language(
                "le relais l'a peut-être déjà reçue : l'appel ne peut plus y être inscrit\nconseil : déposez-la sans, liaison outbox \(id)",
                "the relay may have received it already: the call cannot be added\nhint: deposit it without, liaison outbox \(id)"
            )
        case .onlyInFormerLog(let id, let log):
            language(
                "déposé dans un journal que le relais a quitté (\(log))\nconseil : liaison evidence \(id) donne la preuve qui en reste",
                "deposited in a log that the relay has left (\(log))\nhint: liaison evidence \(id) gives the proof that remains"
            )
        case .contentNotHere(let id):
            language(
                "contenu pas sur ce poste\nconseil : liaison read \(id) d'abord, ou --without-content",
                "content not on this device\nhint: liaison read \(id) first, or --without-content")
        case .noSuchFields(let unknown, let present):
            language(
                "champ absent de ce formulaire (\(list(unknown)))\nconseil : champs présents : \(list(present))",
                "a field that this form does not have (\(list(unknown)))\nhint: fields present: \(list(present))")
        case .notAColleague(let colleague):
            language(
                "\(colleague) n'est dans aucune de vos unités\nconseil : votre gestionnaire l'y affecte",
                "\(colleague) is in none of your units\nhint: your registrar assigns them")
        case .colleagueHasNoKey(let colleague):
            language(
                "\(colleague) n'a pas encore de clé : une première commande de sa part la publie",
                "\(colleague) has no key yet: their first command publishes it")
        }
    }
}

extension RegistrarObstacle {
    public func text(_ language: Language) -> String {
        switch self {
        case .notARegistrarsVault:
            language(
                "ce coffre n'est pas celui d'un gestionnaire d'annuaire\nconseil : liaison registrar create",
                "this vault is not a registrar's\nhint: liaison registrar create")
        case .noConvention:
            language(
                "aucune convention connue\nconseil : registrar publish --convention FICHIER",
                "no convention known\nhint: registrar publish --convention FILE")
        case .notAParty(let institution):
            language(
                "la convention ne nomme pas cette institution (\(institution))",
                "the convention does not name this institution (\(institution))")
        case .keyNotInForce(let institution):
            language(
                """
                la clé de ce coffre n'est pas parmi celles de \(institution) qui sont en vigueur au début de la convention
                conseil : faites inscrire cette clé, avec des dates qui comprennent le début de la convention
                """,
                """
                the key of this vault is not among those of \(institution) in force when the convention begins
                hint: have this key listed, with dates that include the beginning of the convention
                """)
        case .unitOfAnotherInstitution(let unit):
            language("unité d'une autre institution (\(unit))", "unit of another institution (\(unit))")
        case .unitRefused(let findings): findings.map { $0.text(language) }.joined(separator: "\n")
        case .requestForAnotherInstitution(let agent):
            language("demande pour une autre institution (\(agent))", "request for another institution (\(agent))")
        case .unknownAgent(let agent): language("agent inconnu (\(agent))", "unknown agent (\(agent))")
        case .unknownRole(let known):
            language("rôle attendu : \(list(known))", "expected role: \(list(known))")
        case .authorizationEndsFirst(let agent):
            language(
                "l'habilitation de \(agent) finit avant ce poste", "\(agent)'s authorization ends before this post")
        case .notInUnit(let agent, let unit):
            language("\(agent) n'est pas dans \(unit)", "\(agent) is not in \(unit)")
        case .substituteForItself:
            language("une unité ne se supplée pas elle-même", "a unit does not stand in for itself")
        case .standbyForItself:
            language("une unité ne se relaie pas elle-même", "a unit does not stand by for itself")
        case .standbyUnitTwice: language("unité de relève en double", "standby unit given twice")
        case .noPseudonymLeft: language("plus de pseudonyme libre", "no pseudonym left")
        case .noValidRequest: language("aucune demande valable", "no valid request")
        case .draftReplaced(let version):
            language(
                "un autre gestionnaire a publié la version \(version) entre-temps : elle remplace votre brouillon\nconseil : refaites votre changement",
                "another registrar has published version \(version) meanwhile: it replaces your draft\nhint: make your change again"
            )
        case .notTheRecoveryKey:
            language(
                "ce n'est pas la clé de secours que nomme la convention",
                "this is not the recovery key that the convention names")
        }
    }
}

private func list(_ names: [String]) -> String { names.joined(separator: ", ") }

extension RelayAddress.Fault {
    fileprivate func text(_ language: Language) -> String {
        switch self {
        case .notHTTPS: language("elle doit commencer par https://", "it has to begin with https://")
        case .noHost: language("le nom du relais manque", "the relay's name is missing")
        case .host(let host): language("« \(host) » n'est pas un nom de machine", "\"\(host)\" is not a host's name")
        case .port(let port):
            language(
                "« \(port) » n'est pas un port, qui va de 1 à 65535",
                "\"\(port)\" is not a port, which is from 1 to 65535")
        case .more: language("il n'y faut que le nom et le port", "only the name and the port belong there")
        }
    }
}
