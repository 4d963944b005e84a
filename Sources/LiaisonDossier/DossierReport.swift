// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel
public import LiaisonNotes
public import LiaisonSealing
public import LiaisonWire

/// What verification comes to. Both checkers give the same one for the same dossier and anchors.
public enum Verdict: String, Codable, Sendable {
    /// Every check holds.
    case valid
    /// Something contradicts something.
    case invalid
    /// Nothing contradicts, but something that the anchors ask for is not there.
    case incomplete

    /// 0, 1, 3.
    public var exitCode: Int32 {
        switch self {
        case .valid: 0
        case .invalid: 1
        case .incomplete: 3
        }
    }
}

/// One thing that was checked, and what was found.
public struct DossierCheck: Hashable, Sendable {
    public enum Name: String, Sendable {
        case container, log, witnesses, timeStamps = "time_stamps", convention, directory, envelope, events, acts,
            content
    }

    public enum Outcome: String, Hashable, Sendable { case holds, fails, missing }

    public let outcome: Outcome
    /// What it rests on, what is wrong, or what is not here.
    public let detail: DossierDetail

    public var name: Name { detail.check }
}

/// What a dossier proves, in order of the log.
public struct DossierStory {
    public struct Step: Sendable {
        public let evidence: VerifiedEvidence
        /// The act behind it, when there is one.
        public let act: Verified<Act>?
    }

    public let envelope: Verified<Envelope>
    /// The flow that permits it.
    public let flow: Flow
    /// Each recipient unit whose events are here, with its state after the last.
    public internal(set) var deliveries: [(unit: UnitAddress, progress: DeliveryProgress)] = []
    public internal(set) var steps: [Step] = []
    /// Units by address, as the rosters of the time name them.
    public internal(set) var units: [UnitAddress: Unit] = [:]
    public internal(set) var disclosures: Disclosures?
    /// The whole content, when it is here; its attachments are saved from it.
    public internal(set) var opened: OpenedContent?
    /// Rosters for which the dossier has no successor: in force as the relay stated.
    public internal(set) var asStated: [InstitutionID] = []
    public internal(set) var timeZone: String
    /// Time-stamp tokens over the checkpoint, and the names that cosigned it: here they are counted, not judged.
    public internal(set) var tokens = 0
    public internal(set) var cosigners: [String] = []
    public let log: String
    public let treeSize: Int
    public let madeAt: Instant
    /// Institutions as the convention names them.
    public internal(set) var parties: [InstitutionID: String] = [:]

    /// Whether the relay has erased its records of what came next: then no state can be told.
    public var isCutShort: Bool { steps.contains { $0.evidence.event.isNotice } }
    /// When the content was erased for the last unit, with the reason's code.
    public var erasure: VerifiedEvidence? {
        steps.map(\.evidence).last { $0.event.event == .erasure && $0.event.entries == nil }
    }
}

public struct DossierReport {
    public internal(set) var checks: [DossierCheck] = []
    /// Nil when the dossier is too damaged to tell one.
    public internal(set) var story: DossierStory?

    init() {}

    /// What cannot even be opened.
    public init(unreadable why: String) {
        fails(.container(.notOpened(why)))
    }

    public var verdict: Verdict {
        var verdict = Verdict.valid
        for check in checks {
            switch check.outcome {
            case .holds: continue
            case .fails: return .invalid
            case .missing: verdict = .incomplete
            }
        }
        return verdict
    }

    mutating func holds(_ detail: DossierDetail) { checks.append(.init(outcome: .holds, detail: detail)) }
    mutating func fails(_ detail: DossierDetail) { checks.append(.init(outcome: .fails, detail: detail)) }
    mutating func missing(_ detail: DossierDetail) { checks.append(.init(outcome: .missing, detail: detail)) }
}
