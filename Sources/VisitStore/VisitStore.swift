// VisitStore
