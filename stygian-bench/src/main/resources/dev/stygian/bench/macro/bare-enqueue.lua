-- Puts tasks on the list. No guarantee.
-- KEYS: ids list, payload hash. ARGV: id, payload, id, payload, …
local ids = {}
for i = 1, #ARGV, 2 do ids[#ids + 1] = ARGV[i] end
redis.call('LPUSH', KEYS[1], unpack(ids))
redis.call('HSET', KEYS[2], unpack(ARGV))
return #ids
