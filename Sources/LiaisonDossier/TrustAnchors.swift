// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonLedger
public import LiaisonModel
public import LiaisonNotes

/// What a verifier believes without proof: logs and witnesses with their quorum (c2sp.org/tlog-policy), and two kinds of
/// lines more: `party <verifier key>`, an institution's key, and `time-stamp <base64 of a DER certificate>`, a root of
/// time-stamp authorities.
public struct TrustAnchors: Sendable {
    public private(set) var policy: WitnessPolicy
    public private(set) var parties: [InstitutionID: [VerificationKey]] = [:]
    /// DER certificates.
    public private(set) var timeStampRoots: [[UInt8]] = []

    /// - Throws: `WitnessPolicy.Failure`, which names the line.
    public init(text: String) throws(WitnessPolicy.Failure) {
        var rest: [String] = []
        for (offset, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split { $0 == " " || $0 == "\t" }
            func wrong(_ problem: String) -> WitnessPolicy.Failure { .init(line: offset + 1, problem: problem) }
            switch words.first {
            case "party":
                guard words.count == 2, let key = NoteKey(String(words[1])), let party = InstitutionID(key.name) else {
                    throw wrong("not an institution's verifier key")
                }
                parties[party, default: []].append(key.key)
            case "time-stamp":
                guard words.count == 2, let der = Base64.decode(String(words[1])), TimeStampToken.isRoot(der) else {
                    throw wrong("not the base64 of a certificate")
                }
                timeStampRoots.append(der)
            default:
                rest.append(String(line))
                continue
            }
            rest.append("")
        }
        policy = try WitnessPolicy(text: rest.joined(separator: "\n"))
    }

    /// What a convention names, and the witnesses, quorum and authorities of a policy; without a policy none of these is wanted.
    ///
    /// - Throws: `WitnessPolicy.Failure`, for a convention that names a log twice.
    public init(convention: Convention, policy: TrustAnchors?) throws(WitnessPolicy.Failure) {
        self = try TrustAnchors(text: Self.text(of: convention) + "quorum none\n")
        guard let policy else { return }
        for (party, keys) in policy.parties { parties[party, default: []] += keys }
        self.policy = policy.policy.trusting(self.policy.logs)
        timeStampRoots = policy.timeStampRoots
    }

    /// The log of this origin that is trusted.
    func log(_ origin: String) -> NoteKey? { policy.logs.first { $0.key.name == origin }?.key }
}

extension TrustAnchors {
    /// The lines for what a convention names: its logs and the keys of its parties.
    public static func text(of convention: Convention) -> String {
        let logs = convention.logs.compactMap { log in log.noteKey.map { "log \($0) \(log.url)\n" } }
        let parties = convention.parties.flatMap { party in
            party.keys.compactMap { NoteKey(name: party.institution.description, key: $0.key) }.map { "party \($0)\n" }
        }
        return (logs + parties).joined()
    }
}
