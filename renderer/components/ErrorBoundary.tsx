import { Component, type ReactNode } from 'react';

/** Keeps a fault in one part of the window from blanking the rest. */
export class ErrorBoundary extends Component<{ name: string; children: ReactNode }, { message: string | null }> {
  override state = { message: null as string | null };

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.message === null) return this.props.children;
    return (
      <div className="crash" role="alert">
        <strong>{this.props.name}</strong>
        <pre className="mono">{this.state.message}</pre>
        <button type="button" className="btn" onClick={() => this.setState({ message: null })}>
          ↻
        </button>
      </div>
    );
  }
}
