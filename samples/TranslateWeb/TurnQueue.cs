namespace KernelGen.Samples.TranslateWeb;

/// <summary>Lets so many computations run at once. Others wait, and the clients that wait take turns, so that one with many requests does not keep others out.</summary>
/// <param name="concurrency">How many run at once.</param>
/// <param name="capacity">How many may wait.</param>
internal sealed class TurnQueue(int concurrency, int capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<object, Client> _clients = [];
    private int _running;
    private int _waiting;
    private long _turns;

    /// <summary>How many turns there have been, those that run included.</summary>
    public long Turns
    {
        get
        {
            lock (_lock)
            {
                return _turns;
            }
        }
    }

    /// <summary>Whether nothing runs.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return _running == 0;
            }
        }
    }

    /// <summary>Waits for a turn.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// The turn, which lasts until it is disposed; or <see langword="null"/>: the queue is full, and no other client has more waiting. Where one has, its
    /// newest request makes room.
    /// </returns>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public async ValueTask<IDisposable?> EnterAsync(object client, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_lock)
        {
            Client own = Find(client);
            if (_running < concurrency)
            {
                return Begin(own);
            }

            if (_waiting >= capacity && !MakesRoom(own))
            {
                Forget(own);
                return null;
            }

            waiter = new Waiter(own);
            own.Waiting.AddLast(waiter.Place);
            _waiting++;
        }

        using CancellationTokenRegistration registration = cancellationToken.Register(() => Leave(waiter, cancellationToken));
        return await waiter.Task;
    }

    private Client Find(object key)
    {
        if (!_clients.TryGetValue(key, out Client? client))
        {
            _clients.Add(key, client = new Client(key));
        }

        return client;
    }

    /// <summary>Turns away the newest request of the client that has most waiting, if those are more than the newcomer's would be.</summary>
    private bool MakesRoom(Client newcomer)
    {
        Client? greediest = _clients.Values.MaxBy(static client => client.Waiting.Count);
        if (greediest is null || greediest.Waiting.Count <= newcomer.Waiting.Count + 1)
        {
            return false;
        }

        Waiter newest = greediest.Waiting.Last!.Value;
        Remove(newest);
        newest.TrySetResult(null);
        return true;
    }

    private Turn Begin(Client client)
    {
        _running++;
        client.Running++;
        client.LastTurn = ++_turns;
        return new Turn(this, client);
    }

    private void End(Client client)
    {
        lock (_lock)
        {
            _running--;
            client.Running--;
            Forget(client);

            // Next is whoever has least running; of those, whose last turn is longest ago.
            Client? next = null;
            foreach (Client other in _clients.Values)
            {
                if (other.Waiting.Count > 0 && (next is null || (other.Running, other.LastTurn).CompareTo((next.Running, next.LastTurn)) < 0))
                {
                    next = other;
                }
            }

            if (next is not null)
            {
                Waiter waiter = next.Waiting.First!.Value;
                Turn turn = Begin(next);
                Remove(waiter);
                waiter.TrySetResult(turn);
            }
        }
    }

    private void Leave(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (waiter.Place.List is not null)
            {
                Remove(waiter);
                waiter.TrySetCanceled(cancellationToken);
            }
        }
    }

    private void Remove(Waiter waiter)
    {
        waiter.Client.Waiting.Remove(waiter.Place);
        _waiting--;
        Forget(waiter.Client);
    }

    /// <summary>Whoever neither runs nor waits is a stranger again.</summary>
    private void Forget(Client client)
    {
        if (client is { Running: 0, Waiting.Count: 0 })
        {
            _clients.Remove(client.Key);
        }
    }

    private sealed class Client(object key)
    {
        public object Key => key;

        public LinkedList<Waiter> Waiting { get; } = new();

        public int Running { get; set; }

        public long LastTurn { get; set; }
    }

    private sealed class Waiter : TaskCompletionSource<IDisposable?>
    {
        public Waiter(Client client)
            : base(TaskCreationOptions.RunContinuationsAsynchronously)
        {
            Client = client;
            Place = new LinkedListNode<Waiter>(this);
        }

        public Client Client { get; }

        public LinkedListNode<Waiter> Place { get; }
    }

    private sealed class Turn(TurnQueue queue, Client client) : IDisposable
    {
        private int _hasEnded;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
            {
                queue.End(client);
            }
        }
    }
}
