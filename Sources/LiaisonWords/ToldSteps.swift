// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonDossier
public import LiaisonForms
public import LiaisonModel
import LiaisonNotes
public import LiaisonWire

/// An event with its place in the log.
public protocol LoggedEvent {
    var event: EventRecord { get }
    var index: Int { get }
}

extension ProvenEvent: LoggedEvent {}
extension VerifiedEvidence: LoggedEvent {}
extension DossierStory.Step: LoggedEvent {
    public var event: EventRecord { evidence.event }
    public var index: Int { evidence.index }
}

/// What people read as one step: an event, or all ContentHandovers of one agent and delivery. Older relays logged one for each
/// download; they are told at the place of the first, with every entry that proves one.
public struct ToldStep<Event: LoggedEvent> {
    public let first: Event
    private var latest: Instant
    private var indices: [Int]

    public var event: EventRecord { first.event }

    init(_ event: Event) {
        first = event
        latest = event.event.at
        indices = [event.index]
    }

    mutating func add(_ event: Event) {
        latest = max(latest, event.event.at)
        indices.append(event.index)
    }

    /// Behind the event's name: how often it was logged, and from when to when; empty for what was logged once.
    public func repetition(_ time: LocalTime, _ language: Language) -> String {
        guard indices.count > 1 else { return "" }
        let (start, end) = (time.text(event.at, language), time.text(latest, language))
        return language(
            ", \(indices.count) fois, la première le \(start), la dernière le \(end)",
            ", \(indices.count) times, first \(start), last \(end)")
    }

    /// The event and why, and how often it was logged.
    public func text(_ time: LocalTime, _ language: Language) -> String {
        event.text(language) + repetition(time, language)
    }

    /// The entries of the log that prove it.
    public var entries: String { indices.map(String.init).joined(separator: ", ") }

    /// The same, for example `entrée 12`.
    public func proof(_ language: Language) -> String {
        (indices.count == 1 ? language("entrée", "entry") : language("entrées", "entries")) + " \(entries)"
    }
}

/// What handovers have in common that are told as one step.
private struct Handover: Hashable {
    let transmission: TransmissionID?
    let mailbox: Mailbox
    let unit: UnitAddress?
    let agent: AgentAddress?
}

extension Sequence where Element: LoggedEvent {
    /// These events as people read them.
    public var told: [ToldStep<Element>] {
        var steps: [ToldStep<Element>] = []
        var places: [Handover: Int] = [:]
        for each in self {
            let event = each.event
            guard event.event == .contentHandover else {
                steps.append(ToldStep(each))
                continue
            }
            let handover = Handover(
                transmission: event.transmission, mailbox: event.mailbox, unit: event.unit, agent: event.agent)
            if let place = places[handover] {
                steps[place].add(each)
            } else {
                places[handover] = steps.count
                steps.append(ToldStep(each))
            }
        }
        return steps
    }
}
