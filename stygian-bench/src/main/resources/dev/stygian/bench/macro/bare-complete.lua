-- Ends leases, whoever holds them, and stores the results.
-- KEYS: payload hash, leases zset, results hash. ARGV: id, result, id, result, …
local ids = {}
for i = 1, #ARGV, 2 do ids[#ids + 1] = ARGV[i] end
redis.call('ZREM', KEYS[2], unpack(ids))
redis.call('HSET', KEYS[3], unpack(ARGV))
redis.call('HDEL', KEYS[1], unpack(ids))
return #ids
