using System.Runtime.ExceptionServices;

namespace KernelGen.Execution;

/// <summary>Work in parts, which the thread of a call and those that help it take one after the other. Who takes which does not show in the results. Nothing is allocated once it is warm.</summary>
internal sealed class SharedParts
{
    private HelperThread[] _helpers = [];
    private Action<int>? _work;
    private int _parts;
    private int _next;
    private Exception? _failure;

    /// <summary>Does all parts, and returns when the last is done.</summary>
    /// <param name="parts">The number of parts.</param>
    /// <param name="work">Does the part with a number.</param>
    public void Run(int parts, Action<int> work)
    {
        _work = work;
        _parts = parts;
        _next = 0;

        Span<HelperThread> helpers = ReusedArray.Take(ref _helpers, parts - 1);
        int count = 0;
        while (count < helpers.Length && HelperThread.Borrow() is { } helper)
        {
            helper.Ask(this);
            helpers[count++] = helper;
        }

        Take();
        foreach (HelperThread helper in helpers[..count])
        {
            helper.Finish();
            HelperThread.Return(helper);
        }

        _work = null;
        if (_failure is { } failure)
        {
            _failure = null;
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Does parts until there are none left.</summary>
    public void Take()
    {
        for (int part; (part = Interlocked.Increment(ref _next) - 1) < _parts;)
        {
            try
            {
                _work!(part);
            }
            catch (Exception exception)
            {
                // The first is thrown once nobody works any more.
                Interlocked.CompareExchange(ref _failure, exception, comparand: null);
            }
        }
    }
}
