-- Takes tasks off the list and notes a deadline for each, which nobody watches.
-- KEYS: ids list, payload hash, leases zset. ARGV: most, deadline. Reply: {ids, payloads} or {}
local ids = redis.call('RPOP', KEYS[1], ARGV[1])
if not ids then return {} end
local leases = {}
for i = 1, #ids do
  leases[2 * i - 1] = ARGV[2]
  leases[2 * i] = ids[i]
end
redis.call('ZADD', KEYS[3], unpack(leases))
return { ids, redis.call('HMGET', KEYS[2], unpack(ids)) }
