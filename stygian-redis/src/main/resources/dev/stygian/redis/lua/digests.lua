-- How many items a run has found, by the digests that it keeps of them: of some buckets at a time, as there are up to
-- 65,536. Atomic per call.
-- @include keys digests
-- ARGV: run, number of the first bucket
-- Replies: {digests in as many buckets as one call counts, number of the next one (0: these were the last),
--   what the run's counter of digests says}
local run, from = ARGV[1], tonumber(ARGV[2])
local names = {}
for bucket = from, from + Digests.AT_ONCE - 1 do names[#names + 1] = struct.pack('>I2', bucket) end
local found = Digests.count(redis.call('HMGET', run_key(run, 'emitted'), unpack(names)))
return { found, (from + Digests.AT_ONCE) % 65536, tonumber(redis.call('HGET', run_key(run), 'digests') or 0) }
