-- Reads outputs of parts for the node that collects them, and changes nothing. Atomic, so that what is said of their
-- number and what is read of them belong together. However many there are, it reads so many bytes at most.
-- @include keys
-- ARGV: run, the node that collects, the node whose outputs it gets, the item, what the ids of its parts begin with,
--   number of the first one
-- Replies: {} (nothing is collected there, or not any more) | {parts in all, then an output each; none where it is gone}
local run, node, last, item, ids, first = unpack(ARGV)
local MOST_PARTS, MOST_BYTES = 500, 1048576
local said = redis.call('HGET', run_key(run, 'join'), node .. ':' .. item)
local parts = tonumber(string.match(said or '', ',(%d+)$'))
if not parts then return {} end
local reply, bytes, number = { parts }, 0, tonumber(first)
while number < parts and #reply <= MOST_PARTS and bytes < MOST_BYTES do
  local output = redis.call('HGET', run_key(run, 'out'), last .. ':' .. ids .. string.format('%.0f', number))
  reply[#reply + 1] = output
  bytes = bytes + #(output or '')
  number = number + 1
end
return reply
