-- Finds room for a note on a shelf. Atomic, so that what many processes put there at once stays within the shelf's
-- bytes: a note is counted here before its value is written, by a plain SET that ends when this says. Writes of one name
-- may arrive in any order, so it counts as the largest and the longest of them until all are over.
-- A shelf is a hash, from a note's name to the bytes that it counts, with the sum of them under SUM, and a sorted set of
-- the names by the ends of their times. Both end with the last note.
-- @include keys
-- ARGV: shelf, the note's name, its bytes, time to live ms, most bytes on the shelf
-- Replies: until when the note may stay, ms of the server's clock | 'full' (and what stood under its name is gone)
local SUM, MOST_ENDED = '', 100
local shelf, name, bytes, ttl, most = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local books, ends = base .. 'k:' .. shelf, base .. 'k:' .. shelf .. ':ends'
local sum = tonumber(redis.call('HGET', books, SUM) or 0)
local over = redis.call('ZRANGEBYSCORE', ends, '-inf', now, 'LIMIT', 0, MOST_ENDED)
for _, ended in ipairs(over) do
  sum = sum - tonumber(redis.call('HGET', books, ended) or 0)
  redis.call('HDEL', books, ended)
  redis.call('ZREM', ends, ended)
end
if #over > 0 then redis.call('HSET', books, SUM, sum) end
local counted = tonumber(redis.call('HGET', books, name) or 0)
local more = math.max(0, bytes - counted)
if sum + more > most then
  redis.call('UNLINK', base .. 'n:' .. name)
  return 'full'
end
redis.call('HSET', books, name, counted + more, SUM, sum + more)
redis.call('ZADD', ends, 'GT', now + ttl, name)
local lives = math.max(ttl, redis.call('PTTL', books))
redis.call('PEXPIRE', books, lives)
redis.call('PEXPIRE', ends, lives)
return string.format('%.0f', now + ttl)
