-- What wrk sends: BENCH_COUNT different bodies in turn, files BENCH_BODY.N.
-- BENCH_HEAD: length of the JSON part of a binary body.  With BENCH_COUNT=0 it
-- is a GET.  BENCH_DELAY: ms that a connection waits between two requests.  Ends
-- with one line for servers.py.

local requests, at = {}, 0
local count = tonumber(os.getenv("BENCH_COUNT"))
local pause = tonumber(os.getenv("BENCH_DELAY") or 0)

if pause > 0 then
    function delay()
        return pause
    end
end

function init(args)
    local head = os.getenv("BENCH_HEAD")

    if count == 0 then
        requests[1] = wrk.format("GET")
        count = 1
        return
    end

    local headers = { ["Content-Type"] = "application/json" }

    if head then
        headers = { ["Content-Type"] = "application/octet-stream",
                    ["Inference-Header-Content-Length"] = head }
    end

    for i = 1, count do
        local f = assert(io.open(os.getenv("BENCH_BODY") .. "." .. i - 1,
                                 "rb"))
        requests[i] = wrk.format("POST", nil, headers, f:read("*a"))
        f:close()
    end
end

function request()
    at = at % count + 1
    return requests[at]
end

function done(summary, latency)
    local e = summary.errors

    print(string.format("@ %d %d %.1f %.1f %.1f %d", summary.requests,
                        summary.duration, latency:percentile(50),
                        latency:percentile(99), latency:percentile(99.9),
                        e.status + e.timeout + e.connect + e.read + e.write))
end
