// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
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
        case (.available, .overdue), (.opened, .overdue): expected = (state, .escalation)
        case (.available, .retentionOver), (.opened, .retentionOver): expected = (.expired, .acceptanceRejectionExpiry)
        default: expected = nil
        }
        let found = state.on(trigger)
        #expect(found?.state == expected?.0)
        #expect(found?.event == expected?.1)
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
