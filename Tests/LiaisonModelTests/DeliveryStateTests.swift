// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import Testing

struct DeliveryStateTests {
    /// The table itself, walked exhaustively: every state and trigger has its row or is refused.
    @Test(arguments: DeliveryState.allCases, DeliveryTrigger.allCases)
    func everyPairIsDecided(state: DeliveryState, trigger: DeliveryTrigger) {
        let expected: (DeliveryState, EventName)?
        switch (state, trigger) {
        case (.available, .act(.opened)): expected = (.opened, .contentHandover)
        case (.opened, .act(.opened)), (.acknowledged, .act(.opened)): expected = (state, .contentHandover)
        case (.opened, .act(.acknowledged)): expected = (.acknowledged, .consignmentAcceptance)
        case (.available, .act(.refused)), (.opened, .act(.refused)): expected = (.refused, .consignmentRejection)
        case (.available, .act(.unopenable)), (.opened, .act(.unopenable)): expected = (.refused, .consignmentRejection)
        case (.available, .act(.withdrawn)): expected = (.withdrawn, .withdrawal)
        case (.available, .act(.transferred)), (.opened, .act(.transferred)), (.acknowledged, .act(.transferred)):
            expected = (state, .transfer)
        case (.available, .act(.retrieved)), (.opened, .act(.retrieved)), (.acknowledged, .act(.retrieved)):
            expected = (state, .retrieval)
        case (.available, .unattended), (.opened, .unattended): expected = (state, .unattended)
        case (.available, .listed): expected = (.available, .consignmentNotification)
        case (.acknowledged, .act(.erased)), (.refused, .act(.erased)), (.expired, .act(.erased)):
            expected = (state, .erasure)
        case (.acknowledged, .retentionOver), (.refused, .retentionOver), (.withdrawn, .retentionOver),
            (.expired, .retentionOver):
            expected = (state, .erasure)
        case (.available, .overdue), (.opened, .overdue): expected = (state, .escalation)
        case (.available, .retentionOver), (.opened, .retentionOver): expected = (.expired, .acceptanceRejectionExpiry)
        default: expected = nil
        }
        let found = state.on(trigger)
        #expect(found?.state == expected?.0)
        #expect(found?.event == expected?.1)
    }

    /// What happens once only does not happen twice, and nothing at all happens once the content is gone.
    @Test(arguments: DeliveryState.allCases, DeliveryTrigger.allCases)
    func erasureEndsEverything(state: DeliveryState, trigger: DeliveryTrigger) {
        #expect(DeliveryProgress(state: state, isErased: true).on(trigger) == nil)
        let notified = DeliveryProgress(state: state, isNotified: true)
        #expect(notified.on(trigger) == (trigger == .listed ? nil : state.on(trigger)))
        guard var progress = Optional(DeliveryProgress(state: state)), let transition = progress.on(trigger) else {
            return
        }
        let event = EventRecord(log: "x", event: transition.event, mailbox: .directory, number: 1, at: 0)
        progress.advance(by: transition, recordedBy: event)
        #expect(progress.isErased == (transition.event == .erasure))
        #expect(progress.isNotified == (transition.event == .consignmentNotification))
        #expect(!progress.isErased || state.isFinal)
    }

    /// "Taken charge of" means that the one who says so has read it; and only what one has can be handed on.
    @Test(arguments: DeliveryState.allCases, Act.Kind.allCases)
    func whoHasNotReadDoesNotAnswer(state: DeliveryState, kind: Act.Kind) throws {
        let reader = try #require(AgentAddress("d-01@avema01"))
        let other = try #require(AgentAddress("d-02@avema01"))
        var progress = DeliveryProgress(state: state)
        let needsReading = kind == .acknowledged || kind == .refused && state != .available
        let needsContent = kind == .transferred || kind == .unopenable
        #expect(progress.admits(kind, by: reader) == !(needsReading || needsContent))
        var opened = EventRecord(log: "x", event: .contentHandover, mailbox: .directory, number: 1, at: 0)
        opened.agent = reader
        progress.advance(by: DeliveryTransition(state: state, event: .contentHandover), recordedBy: opened)
        #expect(progress.admits(kind, by: reader))
        #expect(progress.admits(kind, by: other) == !(needsReading || needsContent))
        var retrieved = EventRecord(log: "x", event: .retrieval, mailbox: .directory, number: 2, at: 0)
        retrieved.agent = other
        progress.advance(by: DeliveryTransition(state: state, event: .retrieval), recordedBy: retrieved)
        #expect(progress.admits(kind, by: other) == !needsReading)
    }

    /// Only the step that says so calls the standby units in.
    @Test func theStandbyStepIsRemembered() {
        var progress = DeliveryProgress()
        for (code, isCalled) in [("unit", false), ("standby", true), ("corg", true)] {
            var event = EventRecord(log: "x", event: .escalation, mailbox: .directory, number: 1, at: 0)
            event.code = code
            progress.advance(by: DeliveryTransition(state: .available, event: .escalation), recordedBy: event)
            #expect(progress.isStandbyCalled == isCalled)
        }
    }

    /// `docs/events.md` is printed from the tables. `LIAISON_WRITE_EXAMPLES=1 swift test --filter theTablesArePrinted`
    /// writes it anew.
    @Test func theTablesArePrinted() throws {
        let path = "\(Programs.root)/docs/events.md"
        let text = """
            # Events

            Printed from the tables in `Sources/LiaisonModel/`: what the relay records, and what a reader checks. Names after ETSI
            EN 319 522-1 where it has one.

            ## What follows what

            A delivery begins `available`, with its ContentConsignment. What is not in this table is refused and changes nothing;
            signed by a present or former agent, the refusal is itself an event. Available, opened and acknowledged are three
            different things: shown to nobody or in a list, read by an agent, taken charge of by the unit. ConsignmentNotification
            comes once, and nothing follows Erasure.

            Who acts matters, too. An acknowledgement, and a refusal of what was opened, come from an agent who opened it
            (ContentHandover); a transfer, and an *unopenable*, come from an agent who opened or retrieved it (ContentHandover, Retrieval). An Escalation
            with the code `standby` lets the agents of the unit's standby units act for it from then on.

            \(EventTables.transitions)
            ## What each event says

            Besides `type`, `log`, `event`, `mailbox`, `number` and `at` ([formats.md](formats.md), section 6.1).

            \(EventTables.events)
            """
        if ProcessInfo.processInfo.environment["LIAISON_WRITE_EXAMPLES"] != nil {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
        #expect(Set(EventName.allCases.map(\.rule.event)) == Set(EventName.allCases))
    }

    /// From every state that is not final, time alone leads to an end; from a final one nothing leads out.
    @Test func nothingStaysUnanswered() {
        for state in DeliveryState.allCases {
            if state.isFinal {
                for trigger in DeliveryTrigger.allCases { #expect(state.on(trigger)?.state ?? state == state) }
            } else {
                #expect(state.on(.retentionOver)?.state.isFinal == true)
            }
        }
    }
}
