// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import Testing

struct TransmissionIDTests {
    @Test func newOnesStandInTheOrderOfTheirMilliseconds() {
        let start = Date(timeIntervalSince1970: 1_795_900_000)
        // Steps of two milliseconds: a sum of fractions may lie just below its own.
        let ids = (0..<200).map { TransmissionID.fresh(at: start.addingTimeInterval(Double($0) / 500)) }
        #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 })
    }

    /// The example of RFC 9562, appendix A.6: 22 February 2022 at 19:22:22 UTC.
    @Test func theTimeIsTheBeginning() {
        let id = TransmissionID.fresh(
            at: Date(timeIntervalSince1970: 1_645_557_742), from: RandomBytes { Array(repeating: 0xFF, count: $0) })
        #expect(id.description == "017f22e2-79b0-7fff-bfff-ffffffffffff")
        #expect(TransmissionID(id.description) == id)
    }

    @Test func bothVersionsAreRead() {
        #expect(TransmissionID("919108f7-52d1-4320-9bac-f847db4148a8") != nil)
        #expect(TransmissionID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f") != nil)
        #expect(TransmissionID("c232ab00-9414-11ec-b3c8-9f6bdeced846") == nil)  // version 1
        #expect(TransmissionID("017f22e2-79b0-7cc3-18c4-dc0c0c07398f") == nil)  // another variant
        #expect(TransmissionID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F") == nil)
    }

    @Test func aClockBefore1970MakesOneAllTheSame() {
        #expect(TransmissionID(TransmissionID.fresh(at: Date(timeIntervalSince1970: -1)).description) != nil)
    }
}
