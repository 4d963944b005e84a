// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonModel

extension Urgency {
    /// The word for it, beside the labels of the forms: forms, conventions and lists say the same.
    public func text(_ language: Language) -> String {
        switch self {
        case .immediate: language("immédiate", "immediate")
        case .urgent: language("urgente", "urgent")
        case .priority: language("prioritaire", "priority")
        case .routine: language("courante", "routine")
        }
    }
}
