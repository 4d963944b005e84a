// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonClient
public import LiaisonForms

extension LineFailure {
    /// What follows the words that the relay cannot be reached: why, and what to do.
    public func text(_ language: Language) -> String {
        switch self {
        case .noAnswer: ""
        case .unknownName:
            language(
                " : son nom n'existe pas sur ce réseau\nconseil : vérifiez que ce poste est connecté, et au bon réseau",
                ": its name does not exist on this network\nhint: check that this computer is connected, and to the right network"
            )
        case .foreignCertificate:
            language(
                " : ce qui répond à son adresse n'est pas le relais de la convention (certificat refusé)\nconseil : un pare-feu ou un portail de connexion s'interpose peut-être ; prévenez votre informatique, rien n'a été transmis",
                ": what answers at its address is not the convention's relay (certificate refused)\nhint: a firewall or a login portal may stand in between; tell your administrators, nothing was sent"
            )
        case .clock:
            language(
                " : l'horloge de ce poste n'est pas à l'heure\nconseil : réglez la date et l'heure, puis recommencez",
                ": this computer's clock is wrong\nhint: set date and time, then try again")
        case .proxy:
            language(
                " : le serveur mandataire (HTTPS_PROXY) ne répond pas, ou refuse la connexion\nconseil : vérifiez HTTPS_PROXY, puis demandez à votre informatique d'autoriser l'adresse du relais",
                ": the proxy (HTTPS_PROXY) does not answer, or refuses the connection\nhint: check HTTPS_PROXY, then ask your administrators to allow the relay's address"
            )
        }
    }
}
