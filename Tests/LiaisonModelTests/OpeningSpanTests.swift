// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import Testing

struct OpeningSpanTests {
    private func hours(_ days: [Int], _ from: Int, _ to: Int, _ weeks: OpeningHours.Weeks = .all) -> [OpeningHours] {
        days.map { OpeningHours(day: $0, from: from * 60, to: to * 60, weeks: weeks) }
    }

    @Test func daysThatFollowEachOtherAreOneSpan() {
        let spans = OpeningSpan.spans(of: hours([5, 4, 3, 2, 1], 9, 12) + hours([1, 2, 4, 5], 14, 17))
        #expect(
            spans == [
                OpeningSpan(days: 1...5, from: 540, to: 720, weeks: .all),
                OpeningSpan(days: 1...2, from: 840, to: 1020, weeks: .all),
                OpeningSpan(days: 4...5, from: 840, to: 1020, weeks: .all)
            ])
    }

    @Test func oddAndEvenWeeksStayApart() {
        let spans = OpeningSpan.spans(of: hours([2], 14, 17, .odd) + hours([2], 14, 17, .even))
        #expect(Set(spans.map(\.weeks)) == [.odd, .even])
    }

    /// Whatever hours there are, their spans say these and no others.
    @Test(arguments: 0..<200)
    func spansSayTheSameHours(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let weeks: [OpeningHours.Weeks] = [.all, .odd, .even]
        let hours = (0..<next(30)).map { _ in
            let from = next(3)
            return OpeningHours(day: next(7) + 1, from: from, to: from + 1 + next(2), weeks: weeks[next(3)])
        }
        #expect(Set(OpeningSpan.spans(of: hours).flatMap(\.hours)) == Set(hours))
    }
}
