-- Every method of the Redis store that takes more than one command: `redis.py` calls it with the name of an action.
-- A script runs alone, and its writes reach the append-only file as one MULTI block: all of them or none.
-- Nothing here can fail half-way for a reason of its own: whatever may be refused is looked at before the first write.
--
-- KEYS[1] is the prefix, ARGV[1] the action. Numbers that are moments (microseconds) travel as text, because Lua's
-- own conversion keeps fourteen digits only.

local prefix = KEYS[1] .. ':'

-- Names of keys -------------------------------------------------------------------------------------------------------

local function name(...)
  return prefix .. table.concat({ ... }, ':')
end

-- All deliveries, those of a state, of a place, or of both: `box::`, `box:parked:`, `box::slack:T0/C1`. States hold no
-- colon, so no two of these can meet. `box:waiting:<place>` is the lane.
local function box(state, place)
  return name('box', state, place)
end

-- A source or a key may hold any character: its length keeps the two apart.
local function changes_of(source, key)
  return name('changes', #source, source, key)
end

-- The outbox ----------------------------------------------------------------------------------------------------------

local function ring(platform)
  redis.call('XADD', name('bell', platform), 'MAXLEN', '1', '*', 'rung', '1')
end

local function file_under(state, place, number, key)
  redis.call('ZADD', box(state, ''), number, key)
  redis.call('ZADD', box(state, place), number, key)
end

local function take_from(state, place, key)
  redis.call('ZREM', box(state, ''), key)
  redis.call('ZREM', box(state, place), key)
end

-- The lane's head may have changed: say when it may go out, or that nothing waits there.
local function turn(platform, place)
  local head = redis.call('ZRANGE', box('waiting', place), 0, 0)[1]
  if not head then
    redis.call('ZREM', name('lanes', platform), place)
    return
  end
  redis.call('ZADD', name('lanes', platform), redis.call('HGET', name('delivery', head), 'due'), place)
  ring(platform)
end

-- Into the outbox at the end; the lane is turned when this is its only delivery.
local function line_up(key, platform, place, state)
  local number = redis.call('INCR', name('number'))
  redis.call('HSET', name('delivery', key), 'number', number)
  redis.call('ZADD', box('', ''), number, key)
  redis.call('ZADD', box('', place), number, key)
  file_under(state, place, number, key)
  if state == 'waiting' and redis.call('ZCARD', box('waiting', place)) == 1 then
    turn(platform, place)
  end
end

-- Deliveries as envelope and message id, and each message once.
local function with_messages(rows)
  local messages, seen = {}, {}
  for _, row in ipairs(rows) do
    local id = row[2]
    if not seen[id] then
      seen[id] = true
      table.insert(messages, id)
      table.insert(messages, redis.call('HGET', name('messages'), id))
    end
  end
  return { rows, messages }
end

-- Keeping parts of a poll. Each part is a section's name and a flat list; large polls come in many parts ---------------

local kept = { messages = {}, deliveries = 0, listings = false }
local keep = {}

function keep.listings(source, items)
  redis.call('HSET', name('listings', source), unpack(items))
  kept.listings = true
end

function keep.marks(source, items)
  redis.call('HSET', name('marks', source), unpack(items))
end

function keep.removed(source, items)
  redis.call('HDEL', name('listings', source), unpack(items))
  redis.call('HDEL', name('marks', source), unpack(items))
  kept.listings = true
end

function keep.changes(_, items)
  for at = 1, #items, 4 do
    local source, key, seen, body = items[at], items[at + 1], items[at + 2], items[at + 3]
    -- Padded, so that of one moment the last written sorts last.
    local id = string.format('%016d', redis.call('INCR', name('change')))
    redis.call('HSET', name('changes'), id, body)
    for _, index in ipairs({
      changes_of('', ''), changes_of(source, ''), changes_of('', key), changes_of(source, key),
    }) do
      redis.call('ZADD', index, seen, id)
    end
  end
end

-- Entries under names they have no more: a list in the order kept, and the ids by which the same is kept once.
function keep.former(_, items)
  for at = 1, #items, 2 do
    if redis.call('SADD', name('former_ids'), items[at]) == 1 then
      redis.call('RPUSH', name('former'), items[at + 1])
    end
  end
end

function keep.stories(_, items)
  for at = 1, #items, 3 do
    local id, date, body = items[at], items[at + 1], items[at + 2]
    redis.call('HSET', name('stories'), id, body)
    -- The first date stays: an outlet that rewrites dates must not lift an old story above newer ones.
    redis.call('HSETNX', name('story_dates'), id, date)
  end
end

function keep.story_keys(_, items)
  for at = 1, #items, 2 do
    redis.call('HSETNX', name('story_keys'), items[at], items[at + 1])
  end
end

function keep.story_companies(_, items)
  for at = 1, #items, 2 do
    local company, story = items[at], items[at + 1]
    local date = redis.call('HGET', name('story_dates'), story)
    if date then
      redis.call('ZADD', name('stories_of', company), date, story)
    end
  end
end

function keep.messages(_, items)
  for at = 1, #items, 2 do
    kept.messages[items[at]] = items[at + 1]
  end
end

function keep.deliveries(_, items)
  for at = 1, #items, 7 do
    local key, platform, place, state, due, message, body = unpack(items, at, at + 6)
    if redis.call('EXISTS', name('delivery', key)) == 0 then
      redis.call('HSET', name('delivery', key), 'platform', platform, 'place', place, 'state', state, 'due', due,
        'message', message, 'body', body)
      redis.call('HSETNX', name('messages'), message, kept.messages[message])
      line_up(key, platform, place, state)
      kept.deliveries = kept.deliveries + 1
    end
  end
end

function keep.dropped(_, items)
  for at = 1, #items, 2 do
    redis.call('HDEL', name('papers', items[at]), items[at + 1])
  end
  kept.papers = true
end

function keep.papers(_, items)
  for at = 1, #items, 3 do
    redis.call('HSET', name('papers', items[at]), items[at + 1], items[at + 2])
  end
  kept.papers = true
end

-- What a person did is found by place, by company, by both, or among all.
local function acts_of(place, company)
  return name('acts', #place, place, company)
end

function keep.acts(_, items)
  for at = 1, #items, 5 do
    local known, place, company, moment, body = unpack(items, at, at + 4)
    redis.call('SADD', name('acts_known'), known)
    -- Padded, so that of one moment the last written sorts last.
    local id = string.format('%016d', redis.call('INCR', name('act')))
    redis.call('HSET', name('acts'), id, body)
    for _, index in ipairs({ acts_of('', ''), acts_of(place, ''), acts_of('', company), acts_of(place, company) }) do
      redis.call('ZADD', index, moment, id)
    end
  end
end

-- Parts that came with the call, or that were staged in a list before it.
local function parts(staged, count, first)
  local at = 0
  return function()
    if at == count then
      return nil
    end
    at = at + 1
    local packed = staged == '' and ARGV[first + at - 1] or redis.call('LINDEX', staged, at - 1)
    return unpack(cmsgpack.unpack(packed))
  end
end

-- Actions -------------------------------------------------------------------------------------------------------------

local act = {}

-- The version after it, or a word why not. Without a source: deliveries alone.
function act.keep(_, source, version, memory, staged, count)
  count = tonumber(count)
  if source ~= '' and (redis.call('HGET', name('versions'), source) or '0') ~= version then
    return 'late'
  end
  if staged ~= '' and redis.call('LLEN', staged) ~= count then
    return 'unstaged'
  end
  for section, items in parts(staged, count, 7) do
    keep[section](source, items)
  end
  if kept.listings then
    redis.call('HINCRBY', name('counters'), 'listings', 1)
  end
  if kept.papers then
    redis.call('HINCRBY', name('counters'), 'papers', 1)
  end
  if source ~= '' then
    redis.call('HINCRBY', name('versions'), source, 1)
    redis.call('HSET', name('memories'), source, memory)
  end
  if staged ~= '' then
    redis.call('DEL', staged)
  end
  return kept.deliveries
end

-- A whole hash of JSON values as one JSON object: a single long answer is read many times faster than 40,000 short ones.
function act.whole(_, ...)
  local found = redis.call('HGETALL', name(...))
  local pairs_of = {}
  for at = 1, #found, 2 do
    table.insert(pairs_of, cjson.encode(found[at]) .. ':' .. found[at + 1])
  end
  return '{' .. table.concat(pairs_of, ',') .. '}'
end

function act.lead(_, thing, holder, now, till)
  local leader = redis.call('HMGET', name('lead', thing), 'holder', 'until')
  if leader[1] and leader[1] ~= holder and tonumber(leader[2]) > tonumber(now) then
    return 0
  end
  redis.call('HSET', name('lead', thing), 'holder', holder, 'until', till)
  return 1
end

local function bodies(of, ids)
  return #ids > 0 and redis.call('HMGET', of, unpack(ids)) or {}
end

-- In slices, because Lua passes some thousand arguments and no more.
local function newest(index, since, limit, of)
  local found, first = {}, 0
  while first < limit do
    local ids = redis.call('ZREVRANGEBYSCORE', index, '+inf', since, 'LIMIT', first, math.min(1000, limit - first))
    for _, body in ipairs(bodies(of, ids)) do
      table.insert(found, body)
    end
    if #ids < 1000 then
      break
    end
    first = first + 1000
  end
  return found
end

function act.changes(_, source, key, since, limit)
  return newest(changes_of(source, key), since, tonumber(limit), name('changes'))
end

-- Entries come packed, as source and key in turn.
function act.changes_of(_, entries, since, till, limit)
  local found, bodies_found = {}, {}
  entries, limit = cmsgpack.unpack(entries), tonumber(limit)
  for at = 1, #entries, 2 do
    local rows = redis.call('ZREVRANGEBYSCORE', changes_of(entries[at], entries[at + 1]), till, since, 'WITHSCORES',
      'LIMIT', 0, limit)
    for row = 1, #rows, 2 do
      table.insert(found, { tonumber(rows[row + 1]), rows[row] })
    end
  end
  table.sort(found, function(one, other)
    if one[1] ~= other[1] then
      return one[1] > other[1]
    end
    return one[2] > other[2]
  end)
  for rank = 1, math.min(limit, #found) do
    table.insert(bodies_found, redis.call('HGET', name('changes'), found[rank][2]))
  end
  return bodies_found
end

-- Of each entry the change that a range of its index gives first.
local function change_each(entries, range, from, to)
  local found = {}
  entries = cmsgpack.unpack(entries)
  for at = 1, #entries, 2 do
    local id = redis.call(range, changes_of(entries[at], entries[at + 1]), from, to, 'LIMIT', 0, 1)[1]
    if id then
      table.insert(found, redis.call('HGET', name('changes'), id))
    end
  end
  return found
end

function act.next_changes(_, entries, moment)
  return change_each(entries, 'ZRANGEBYSCORE', moment, '+inf')
end

function act.last_changes(_, entries, moment)
  return change_each(entries, 'ZREVRANGEBYSCORE', '(' .. moment, '-inf')
end

-- 1, or 0 with nothing written when one of the acts is known.
function act.decide(_, count, acts)
  for _, id in ipairs(cmsgpack.unpack(acts)) do
    if redis.call('SISMEMBER', name('acts_known'), id) == 1 then
      return 0
    end
  end
  for section, items in parts('', tonumber(count), 4) do
    keep[section]('', items)
  end
  if kept.papers then
    redis.call('HINCRBY', name('counters'), 'papers', 1)
  end
  return 1
end

function act.acts(_, place, company, since, limit)
  return newest(acts_of(place, company), since, tonumber(limit), name('acts'))
end

function act.stories_of(_, company, limit)
  return newest(name('stories_of', company), '-inf', tonumber(limit), name('stories'))
end

-- Rows of (id, place, body). How many are new.
function act.subscribe(_, packed)
  local rows, new = cmsgpack.unpack(packed), 0
  for at = 1, #rows, 3 do
    local id, place, body = rows[at], rows[at + 1], rows[at + 2]
    if redis.call('HSET', name('subscriptions'), id, body) == 1 then
      local number = redis.call('INCR', name('subscription'))
      redis.call('ZADD', name('subscribed', ''), number, id)
      redis.call('ZADD', name('subscribed', place), number, id)
      new = new + 1
    end
  end
  redis.call('HINCRBY', name('counters'), 'subscriptions', 1)
  return new
end

function act.unsubscribe(_, place, packed)
  local gone = 0
  for _, id in ipairs(cmsgpack.unpack(packed)) do
    if redis.call('HDEL', name('subscriptions'), id) == 1 then
      redis.call('ZREM', name('subscribed', ''), id)
      redis.call('ZREM', name('subscribed', place), id)
      gone = gone + 1
    end
  end
  if gone > 0 then
    redis.call('HINCRBY', name('counters'), 'subscriptions', 1)
  end
  return gone
end

function act.subscriptions(_, place)
  local found = {}
  for _, id in ipairs(redis.call('ZRANGE', name('subscribed', place), 0, -1)) do
    table.insert(found, redis.call('HGET', name('subscriptions'), id))
  end
  return found
end

-- Leases the heads of ready lanes: rows of (envelope, message id, token, doubtful), the messages, the bell's last ring.
function act.claim(_, platform, now, till, limit, token)
  local lanes, rows = name('lanes', platform), {}
  local ready = redis.call('ZRANGEBYSCORE', lanes, '-inf', now, 'LIMIT', 0, limit)
  for at, place in ipairs(ready) do
    local head = redis.call('ZRANGE', box('waiting', place), 0, 0)[1]
    local row = redis.call('HMGET', name('delivery', head), 'body', 'message')
    row[3] = token .. at
    row[4] = redis.call('HEXISTS', name('leases'), place)
    redis.call('HSET', name('leases'), place, row[3])
    redis.call('ZADD', lanes, till, place)
    table.insert(rows, row)
  end
  local rung = redis.call('XREVRANGE', name('bell', platform), '+', '-', 'COUNT', '1')[1]
  local found = with_messages(rows)
  table.insert(found, rung and rung[1] or '0-0')
  return found
end

function act.settle(_, key, lease, state, due, body)
  local platform, place = unpack(redis.call('HMGET', name('delivery', key), 'platform', 'place'))
  if not platform or lease == '' then
    return 0
  end
  local head = redis.call('ZRANGE', box('waiting', place), 0, 0)[1]
  if head ~= key or redis.call('HGET', name('leases'), place) ~= lease then
    return 0
  end
  redis.call('HDEL', name('leases'), place)
  redis.call('HSET', name('delivery', key), 'state', state, 'due', due, 'body', body)
  if state ~= 'waiting' then
    take_from('waiting', place, key)
    file_under(state, place, redis.call('HGET', name('delivery', key), 'number'), key)
  end
  turn(platform, place)
  return 1
end

function act.deliveries(_, place, state, limit)
  local rows = {}
  if tonumber(limit) > 0 then
    for _, key in ipairs(redis.call('ZREVRANGE', box(state, place), 0, limit - 1)) do
      table.insert(rows, redis.call('HMGET', name('delivery', key), 'body', 'message'))
    end
  end
  return with_messages(rows)
end

function act.delivery(_, key)
  local rows = {}
  if redis.call('EXISTS', name('delivery', key)) == 1 then
    rows[1] = redis.call('HMGET', name('delivery', key), 'body', 'message')
  end
  return with_messages(rows)
end

-- The parked delivery of a key, to be read before it is put back.
function act.parked(_, key)
  local rows = {}
  if redis.call('HGET', name('delivery', key), 'state') == 'parked' then
    rows[1] = redis.call('HMGET', name('delivery', key), 'body', 'message')
  end
  return with_messages(rows)
end

-- Back to the end of its lane, unless somebody has done that since it was read.
function act.unpark(_, key, due, before, body)
  local state, place, platform, now = unpack(redis.call('HMGET', name('delivery', key), 'state', 'place', 'platform', 'body'))
  if state ~= 'parked' or now ~= before then
    return 0
  end
  take_from('parked', place, key)
  redis.call('HSET', name('delivery', key), 'state', 'waiting', 'due', due, 'body', body)
  line_up(key, platform, place, 'waiting')
  return 1
end

return act[ARGV[1]](unpack(ARGV, 1, math.min(#ARGV, 6)))
