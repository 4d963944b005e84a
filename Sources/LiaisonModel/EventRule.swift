// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// What one kind of event stands for: after what it is recorded, in which mailboxes, with which fields.
///
/// The relay's records, the readers' checks and `docs/events.md` come from this one table; which event follows which
/// act in which state is `DeliveryState.transitions`.
public struct EventRule: Sendable {
    public let event: EventName
    /// What it follows, in words.
    public let after: String
    public let mailboxes: String
    public let fields: Set<EventField>
    /// Fields that are there when there is something to say.
    public let optional: Set<EventField>

    init(
        _ event: EventName, after: String, in mailboxes: String, _ fields: Set<EventField>,
        optional: Set<EventField> = []
    ) {
        self.event = event
        self.after = after
        self.mailboxes = mailboxes
        self.fields = fields
        self.optional = optional
    }

    /// Whether `record` has every field that it must have and no other, and is not before its time.
    public func allows(_ record: EventRecord) -> Bool {
        let present = record.presentFields
        return fields.isSubset(of: present) && present.isSubset(of: fields.union(optional)) && record.isDue
            && record.isErasureOfOneKind && record.number > 0
    }
}

/// The fields of an event record that not every event has.
public enum EventField: String, Hashable, Sendable, CaseIterable {
    case transmission, envelope, unit, act, state, dueAt = "due_at", code, document, agent, count, entries, previous,
        head
}

extension EventRecord {
    public var presentFields: Set<EventField> {
        let present: [(EventField, Bool)] = [
            (.transmission, transmission != nil), (.envelope, envelope != nil), (.unit, unit != nil),
            (.act, act != nil),
            (.state, state != nil), (.dueAt, dueAt != nil), (.code, code != nil), (.document, document != nil),
            (.agent, agent != nil), (.count, count != nil), (.entries, entries != nil), (.previous, previous != nil),
            (.head, head != nil)
        ]
        return Set(present.filter(\.1).map(\.0))
    }
}

extension EventRecord {
    /// Whether it only says that records were erased at the audit limit.
    public var isNotice: Bool {
        presentFields == [.code, .entries] && code == ErasureCode.auditLimit.rawValue
    }

    /// Whether an Erasure is of an act, of the relay's own motion, or of records: docs/formats.md, section 6.1.
    var isErasureOfOneKind: Bool {
        guard event == .erasure, !isNotice else { return true }
        let present = presentFields
        let ofTheRelay = [ErasureCode.retention, .withdrawn].map(\.rawValue)
        let isOfADelivery = Set([.transmission, .envelope, .unit, .state]).isSubset(of: present)
        let isOfAnAct = act != nil && agent != nil
        let isOfTheRelay = act == nil && agent == nil && ofTheRelay.contains(code ?? "")
        return entries == nil && isOfADelivery && (isOfAnAct || isOfTheRelay)
    }

    /// Whether time alone led to it, after the instant that it names.
    var isDue: Bool {
        ![.escalation, .acceptanceRejectionExpiry].contains(event) || dueAt.map { $0 <= at } ?? false
    }
}

extension EventName {
    private static let delivery: Set<EventField> = [.transmission, .envelope, .unit, .state]
    private static let acted = delivery.union([.act, .agent])
    private static let both = "the delivery's unit and the sender"
    private static let told = "the delivery's unit, the sender, and whoever was alerted"

    /// The row of the table.
    public var rule: EventRule {
        switch self {
        case .submissionAcceptance:
            EventRule(self, after: "a submission that is taken", in: "the sender", [.transmission, .envelope, .agent])
        case .submissionRejection:
            EventRule(
                self,
                after:
                    "a submission of a present or former agent that is refused; beyond ten a minute, one that counts",
                in: "the author's unit, or its institution", [.agent, .code],
                optional: [.transmission, .envelope, .count])
        case .contentConsignment:
            EventRule(
                self, after: "SubmissionAcceptance, for each recipient", in: Self.both, Self.delivery.union([.dueAt]))
        case .consignmentNotification:
            EventRule(self, after: "the unit's first list that shows it", in: Self.both, Self.delivery)
        case .contentHandover:
            EventRule(self, after: "opened", in: Self.both, Self.acted)
        case .consignmentAcceptance:
            EventRule(self, after: "acknowledged", in: Self.told, Self.acted)
        case .consignmentRejection:
            EventRule(self, after: "refused, unopenable", in: Self.told, Self.acted.union([.code]))
        case .acceptanceRejectionExpiry:
            EventRule(self, after: "silence until the end of retention", in: Self.told, Self.delivery.union([.dueAt]))
        case .relayAcceptance:
            EventRule(
                self, after: "nothing yet: another relay taking it over", in: "the sender", [.transmission, .envelope])
        case .escalation:
            EventRule(
                self, after: "an acknowledgement overdue", in: "the delivery's unit, the sender, and the step's units",
                Self.delivery.union([.dueAt, .code]))
        case .unattended:
            EventRule(
                self, after: "a roster that leaves nobody in the unit who could open it",
                in: Self.told, Self.delivery)
        case .withdrawal:
            EventRule(self, after: "withdrawn", in: Self.told, Self.acted.union([.code]))
        case .transfer: EventRule(self, after: "transferred", in: Self.both, Self.acted)
        case .retrieval:
            EventRule(
                self, after: "retrieved: fetched to be handed on or exported, shown to nobody", in: Self.both,
                Self.acted)
        case .erasure:
            EventRule(
                self,
                after:
                    "erased, or the end of retention (`retention`), or a withdrawal before anybody opened it (`withdrawn`); "
                    + "with `entries`, the audit limit (`audit_limit`)",
                in: Self.both + "; with `entries`, the mailbox of those entries", [.code],
                optional: Self.acted.union([.entries]))
        case .actRejection:
            EventRule(
                self,
                after: "an act of a present or former agent that is refused; beyond ten a minute, one that counts",
                in: "the author's unit, or its institution", [.agent, .code],
                optional: [.transmission, .envelope, .unit, .act, .count])
        case .inspection:
            EventRule(
                self, after: "an auditor or DPO reading the institution's events",
                in: "the institution, and each unit that the inspection names",
                [.agent, .document])
        case .directoryHead:
            EventRule(self, after: "a change of the directory, and every half hour", in: "directory", [.head])
        case .rosterPublished: EventRule(self, after: "a roster", in: "directory", [.document])
        case .keysPublished: EventRule(self, after: "a keys document", in: "directory", [.document])
        case .conventionPublished: EventRule(self, after: "a convention or succession", in: "directory", [.document])
        case .logOpened:
            EventRule(
                self, after: "a restore behind what was acknowledged: the first entry", in: "directory", [.previous])
        case .restore:
            EventRule(self, after: "a restore at the log's end", in: "directory", [.previous])
        case .restart: EventRule(self, after: "the relay's start", in: "directory", [.code, .document])
        case .configuration:
            EventRule(self, after: "a start with another configuration", in: "directory", [.document])
        }
    }
}

/// The tables as `docs/events.md` prints them.
public enum EventTables {
    /// Rows: state, trigger, next state, event.
    public static var transitions: String {
        var lines = ["| state | what happens | next state | event |", "|---|---|---|---|"]
        for state in DeliveryState.allCases {
            for trigger in DeliveryTrigger.allCases {
                guard let transition = state.on(trigger) else { continue }
                lines.append(
                    "| \(state.rawValue) | \(trigger) | \(transition.state.rawValue) | \(transition.event.rawValue) |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Rows: event, what it follows, mailboxes, fields.
    public static var events: String {
        var lines = [
            "| event | after | mailboxes | fields | where there is something to say |", "|---|---|---|---|---|"
        ]
        func names(_ fields: Set<EventField>) -> String {
            EventField.allCases.filter(fields.contains).map { "`\($0.rawValue)`" }.joined(separator: ", ")
        }
        for event in EventName.allCases {
            let rule = event.rule
            lines.append(
                "| \(event.rawValue) | \(rule.after) | \(rule.mailboxes) | \(names(rule.fields)) | \(names(rule.optional)) |"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension DeliveryTrigger: CustomStringConvertible {
    public var description: String {
        switch self {
        case .act(let kind): kind.rawValue
        case .listed: "(shown to the unit)"
        case .overdue: "(acknowledgement overdue)"
        case .unattended: "(nobody left who could open it)"
        case .retentionOver: "(retention over)"
        }
    }
}
