-- Pending revocations are read a bounded number at a time, the longest due first.
CREATE INDEX revocations_by_next_at ON revocations (next_at);
