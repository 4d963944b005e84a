// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel
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
        case (.opened, .act(.unopenable)): expected = (.refused, .consignmentRejection)
        case (.available, .act(.withdrawn)): expected = (.withdrawn, .withdrawal)
        case (.opened, .act(.transferred)), (.acknowledged, .act(.transferred)): expected = (state, .transfer)
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
        progress.advance(by: transition)
        #expect(progress.isErased == (transition.event == .erasure))
        #expect(progress.isNotified == (transition.event == .consignmentNotification))
        #expect(!progress.isErased || state.isFinal)
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
