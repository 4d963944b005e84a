// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Foundation
import LiaisonLedger
import LiaisonRelay
import LiaisonWitness

// Who vouches for the log, as the operator configured it.

extension Settings {
    func witnessClients(origin: String) throws -> [Anchoring.Witness] {
        guard !witnesses.isEmpty else { return [] }
        let policy: WitnessPolicy
        do {
            policy = try WitnessPolicy(text: String(contentsOfFile: witnesses, encoding: .utf8))
        } catch {
            throw ValidationError("witness policy not readable (\(witnesses)): \(error)")
        }
        return try policy.witnesses.map { witness in
            guard let url = witness.url else {
                throw ValidationError("a witness without URL (\(witness.name))\nhint: witness NAME KEY URL")
            }
            let client = WitnessClient(key: witness.key, url: url)
            return Anchoring.Witness(name: witness.name) { request in
                try await client.ask(request)
            } latest: {
                try await client.latest(of: origin)
            }
        }
    }

    func authority() throws -> Anchoring.Authority? {
        guard !timeStampURL.isEmpty else { return nil }
        guard let text = try? String(contentsOfFile: timeStampRoot, encoding: .utf8) else {
            throw ValidationError("the time-stamp authority's root is not readable (\(timeStampRoot))")
        }
        let authority = TimeStampAuthority(url: timeStampURL, roots: PEM.certificates(in: text))
        return Anchoring.Authority(interval: timeStampInterval) { try await authority.stamp($0).der }
    }
}
