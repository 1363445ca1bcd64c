namespace KernelGen.Training;

/// <summary>
/// One enumeration of pairs, epoch after epoch, as batches. A window of pairs is read at a time, so that data may be larger than memory; to go on from a position, the pairs before its window are
/// read again and passed over.
/// </summary>
internal sealed class BatchStream : IAsyncDisposable
{
    private readonly IAsyncEnumerable<TrainingPair> _pairs;
    private readonly PairCheck _check;
    private readonly TrainingOptions _options;
    private readonly PairWindow _window = new();
    private readonly BatchPlan _plan = new();
    private IAsyncEnumerator<TrainingPair>? _enumerator;
    private StreamPosition _position;

    /// <summary>The number of pairs that the enumerator has given.</summary>
    private long _read;

    /// <summary>How many of them are in the window or were left out of it.</summary>
    private long _inWindow;
    private long _leftOut;
    private bool _hasNext;
    private bool _isLoaded;
    private long _acceptedInEpoch;

    /// <param name="pairs">The pairs; each enumeration gives the same.</param>
    /// <param name="check">Checks them.</param>
    /// <param name="options">How batches are made.</param>
    /// <param name="position">Where to go on.</param>
    public BatchStream(IAsyncEnumerable<TrainingPair> pairs, PairCheck check, TrainingOptions options, StreamPosition position)
    {
        _pairs = pairs;
        _check = check;
        _options = options;
        _position = position;
    }

    /// <summary>Where this is, after the last batch that was taken.</summary>
    public StreamPosition Position => _position;

    /// <summary>How many pairs were left out, those of the window among them.</summary>
    public long LeftOut => _position.LeftOut + (_isLoaded ? _leftOut : 0);

    /// <summary>How many pairs of the epoch have been computed, about.</summary>
    public double PairsDone => _position.FirstPair + (_isLoaded ? (double)_inWindow * _position.Batch / _plan.Count : 0);

    /// <summary>The number of pairs in an epoch; <see langword="null"/> as long as none has been read to its end.</summary>
    public long? PairsInEpoch { get; private set; }

    /// <summary>Takes the next batch.</summary>
    /// <param name="batch">Receives it.</param>
    /// <returns>Whether there was one; otherwise <see cref="ReadAsync"/> has to read first.</returns>
    public bool TryTake(PairBatch batch)
    {
        if (!_isLoaded)
        {
            return false;
        }

        _plan.CopyTo(_position.Batch, _check.StartToken, batch);
        int next = _position.Batch + 1;
        if (next < _plan.Count)
        {
            _position = _position with { Batch = next, Checksum = _window.Checksum };
        }
        else
        {
            EndWindow();
        }

        return true;
    }

    /// <summary>Reads the pairs from which batches are taken next.</summary>
    /// <param name="cancellationToken">Cancels reading.</param>
    /// <exception cref="ArgumentException">A pair cannot be used, there are none, or they are others than before.</exception>
    public async ValueTask ReadAsync(CancellationToken cancellationToken)
    {
        while (!_isLoaded)
        {
            if (_enumerator is null)
            {
                await OpenAsync(cancellationToken).ConfigureAwait(false);
            }

            _window.Clear();
            _inWindow = 0;
            _leftOut = 0;
            for (; _hasNext && _window.Count < _options.ShuffleWindow && !_window.IsFull; _inWindow++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                TrainingPair pair = _enumerator!.Current;
                if (_check.Accepts(pair, _read - 1))
                {
                    _window.Add(pair, _check.SourceLength(pair), _check.EndToken);
                }
                else
                {
                    _leftOut++;
                }

                await MoveNextAsync().ConfigureAwait(false);
            }

            _acceptedInEpoch += _window.Count;
            if (_window.Count == 0)
            {
                RefuseEmptyEpoch();
                EndWindow();
                continue;
            }

            Load();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => CloseAsync();

    private void Load()
    {
        _plan.Make(_window, _options.TokensPerBatch, new ShuffleOrder((ulong)_options.Seed, _position.Epoch, _position.FirstPair));
        if (_position.Batch > 0 && (_position.Checksum != _window.Checksum || _position.Batch >= _plan.Count))
        {
            throw Others($"the {_window.Count} from pair {_position.FirstPair} on are not those that it was in the middle of");
        }

        _isLoaded = true;
    }

    private void EndWindow()
    {
        _isLoaded = false;
        long leftOut = _position.LeftOut + _leftOut;
        if (_hasNext)
        {
            _position = new StreamPosition(_position.Epoch, _position.FirstPair + _inWindow, 0, 0, leftOut);
            return;
        }

        PairsInEpoch = _read;
        _acceptedInEpoch = 0;
        _position = new StreamPosition(_position.Epoch + 1, 0, 0, 0, leftOut);
    }

    private async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        _enumerator = _pairs.GetAsyncEnumerator(cancellationToken);
        _read = 0;
        _acceptedInEpoch = _position.FirstPair;
        await MoveNextAsync().ConfigureAwait(false);
        while (_read <= _position.FirstPair && _hasNext)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await MoveNextAsync().ConfigureAwait(false);
        }

        if (!_hasNext && _position.FirstPair > 0)
        {
            throw Others($"there are {_read}, and it had come to pair {_position.FirstPair}");
        }
    }

    /// <summary>Looks one pair ahead, so that the last window of an epoch is known to be the last.</summary>
    private async ValueTask MoveNextAsync()
    {
        _hasNext = await _enumerator!.MoveNextAsync().ConfigureAwait(false);
        if (_hasNext)
        {
            _read++;
        }
        else
        {
            await CloseAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask CloseAsync()
    {
        if (_enumerator is { } enumerator)
        {
            _enumerator = null;
            await enumerator.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void RefuseEmptyEpoch()
    {
        if (!_hasNext && _acceptedInEpoch == 0)
        {
            throw new ArgumentException(
                _leftOut == 0 ? "There are no pairs to train with." : $"There are no pairs to train with: all {_leftOut} were left out, because the model cannot be trained with them.", "pairs");
        }
    }

    private static ArgumentException Others(string difference) => new(
        $"The pairs are others than those that training had begun with: {difference}. Give the same pairs in the same order, or begin anew: save the model and load it into a new trainer.", "pairs");
}
