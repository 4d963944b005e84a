// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonNotes

/// Which logs and witnesses somebody trusts, and how many cosignatures make a checkpoint count
/// (c2sp.org/tlog-policy).
public struct WitnessPolicy: Hashable, Sendable {
    public struct Log: Hashable, Sendable {
        public let key: NoteKey
        public let url: String?
    }

    public struct Witness: Hashable, Sendable {
        /// Its name in the policy; the key has one of its own.
        public let name: String
        public let key: CosignatureKey
        /// The submission prefix of c2sp.org/tlog-witness.
        public let url: String?
    }

    struct Group: Hashable, Sendable {
        let threshold: Int
        let members: [String]
    }

    public private(set) var logs: [Log] = []
    public private(set) var witnesses: [Witness] = []
    private var groups: [String: Group] = [:]
    /// The witness or group that must have cosigned; nil when none has to.
    public private(set) var quorum: String?

    /// The line (from 1) that is wrong, and how.
    public struct Failure: Error, Hashable, CustomStringConvertible {
        public let line: Int
        public let problem: String

        public var description: String { "line \(line): \(problem)" }

        /// A file that is no text.
        public static let notUTF8 = Failure(line: 1, problem: "not UTF-8")

        package init(line: Int, problem: String) {
            self.line = line
            self.problem = problem
        }
    }

    public init(text: String) throws(Failure) {
        var hasQuorum = false
        var used: Set<String> = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (offset, line) in lines.enumerated() {
            func wrong(_ problem: String) -> Failure { Failure(line: offset + 1, problem: problem) }
            guard line.unicodeScalars.allSatisfy({ $0 == "\t" || ($0.value >= 0x20 && $0.value != 0x7F) }) else {
                throw wrong("a control character")
            }
            let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
            guard let keyword = words.first, !keyword.hasPrefix("#") else { continue }
            switch (keyword, words.count) {
            case ("log", 2...3):
                guard let key = NoteKey(words[1]) else { throw wrong("not a log's verifier key") }
                guard !logs.contains(where: { $0.key.key == key.key || $0.key.name == key.name }) else {
                    throw wrong("the same log or key twice")
                }
                logs.append(Log(key: key, url: words.count > 2 ? words[2] : nil))
            case ("witness", 3...4):
                guard let key = CosignatureKey(words[2]) else { throw wrong("not a witness's verifier key") }
                guard isFree(words[1]) else { throw wrong("a name that is taken (\(words[1]))") }
                guard !witnesses.contains(where: { $0.key.key == key.key }) else { throw wrong("the same key twice") }
                witnesses.append(Witness(name: words[1], key: key, url: words.count > 3 ? words[3] : nil))
            case ("group", 4...):
                guard isFree(words[1]) else { throw wrong("a name that is taken (\(words[1]))") }
                let members = Array(words[3...])
                for member in members {
                    guard isDefined(member) else { throw wrong("a name that is not defined (\(member))") }
                    guard used.insert(member).inserted else { throw wrong("a member of two groups (\(member))") }
                }
                guard let threshold = Self.threshold(words[2], of: members.count) else {
                    throw wrong("a threshold is all, any or 1 to the number of members")
                }
                groups[words[1]] = Group(threshold: threshold, members: members)
            case ("quorum", 2):
                guard !hasQuorum else { throw wrong("a second quorum") }
                guard words[1] == "none" || isDefined(words[1]) else {
                    throw wrong("a name that is not defined (\(words[1]))")
                }
                hasQuorum = true
                quorum = words[1] == "none" ? nil : words[1]
            default: throw wrong("not log, witness, group or quorum with its arguments")
            }
        }
        guard hasQuorum else { throw Failure(line: lines.count, problem: "no quorum line") }
    }

    /// The same witnesses and quorum for these logs, and for those of its own that are none of these.
    package func trusting(_ others: [Log]) -> WitnessPolicy {
        var policy = self
        let own = logs.filter { log in
            !others.contains { $0.key.key == log.key.key || $0.key.name == log.key.name }
        }
        policy.logs = others + own
        return policy
    }

    private func isDefined(_ name: String) -> Bool { groups[name] != nil || witnesses.contains { $0.name == name } }

    private func isFree(_ name: String) -> Bool { name != "none" && !isDefined(name) }

    private static func threshold(_ text: String, of count: Int) -> Int? {
        switch text {
        case "all": count
        case "any": 1
        default: count < 1 ? nil : DecimalNumber.parse(text, in: 1...count)
        }
    }

    /// Which witnesses cosigned `checkpoint`, and when, if not before `instant`.
    public func cosignatures(
        on checkpoint: SignedCheckpoint, since instant: Instant = 0
    ) -> [(witness: Witness, time: Instant)] {
        witnesses.compactMap { witness in
            witness.key.time(on: checkpoint.note).flatMap { $0 >= instant ? (witness, $0) : nil }
        }
    }

    /// Whether enough witnesses cosigned `checkpoint`, not before `instant`.
    public func isSatisfied(by checkpoint: SignedCheckpoint, since instant: Instant = 0) -> Bool {
        guard let quorum else { return true }
        return holds(quorum, Set(cosignatures(on: checkpoint, since: instant).map(\.witness.name)))
    }

    /// The earliest cosignature on `checkpoint` of those that the quorum is made of.
    public func earliest(on checkpoint: SignedCheckpoint) -> Instant? {
        let members = quorum.map(members) ?? []
        return witnesses.filter { members.contains($0.name) }.flatMap { $0.key.times(on: checkpoint.note) }.min()
    }

    private func members(_ name: String) -> Set<String> {
        guard let group = groups[name] else { return [name] }
        return group.members.reduce(into: []) { $0.formUnion(members($1)) }
    }

    private func holds(_ name: String, _ present: Set<String>) -> Bool {
        guard let group = groups[name] else { return present.contains(name) }
        return group.members.count { holds($0, present) } >= group.threshold
    }
}
